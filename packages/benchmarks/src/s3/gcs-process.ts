import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ServiceAccount } from '@stowage/testkit/gcs'

/** How another process reaches a server of the testkit. */
export interface GcsAccess {
  readonly port: number
  readonly certificate: string
  readonly projectId: string
  readonly universeDomain: string
  readonly credentials: ServiceAccount
}

/** The testkit's Google Cloud Storage in a process of its own, with one bucket. */
export async function startGcs(bucket: string): Promise<{ readonly access: GcsAccess; stop(): Promise<void> }> {
  const child = fork(fileURLToPath(new URL('./gcs-task.ts', import.meta.url)), [bucket])
  const left = once(child, 'exit')
  const first = await Promise.race([once(child, 'message'), left.then(() => null)])
  if (first === null) throw new Error('The server of Google Cloud Storage ended before it listened.')
  return {
    access: first[0] as GcsAccess,
    async stop() {
      if (child.connected) child.disconnect()
      await left
    },
  }
}
