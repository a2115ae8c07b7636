import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import type { PresignedRequest, PresignPutOptions } from '@stowage/core/contracts'
import { type SignedObjectsOptions, type SignedStorage, signedObjects } from '@stowage/http'
import { fakeClock } from '@stowage/testkit'
import { onTestFinished } from 'vitest'
import type { Sent, Transport } from './transports.ts'

export interface OpenSigned extends Partial<SignedObjectsOptions> {
  /** Wraps the storage that answers. */
  readonly wrap?: (storage: SignedStorage) => SignedStorage
}

/** Objects on a disk, their signed URLs on a server, and a clock that both go by. */
export async function openSigned(transport: Transport, { wrap, ...options }: OpenSigned = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-signed-'))
  const clock = fakeClock({ now: Date.UTC(2026, 0, 1) })
  const root = join(folder, 'root')
  const signing = { secret: 'a secret of at least 32 characters', baseUrl: 'https://files.example.com/objects' }
  const storage = fsStorage({ root, clock, signing })
  await storage.open()
  const logged: string[] = []
  const log = (message: string, details?: object) => void logged.push(`${message} ${JSON.stringify(details)}`)
  const logger = { debug: log, info: log, warn: log, error: log }
  const api = signedObjects(wrap?.(storage) ?? storage, { path: '/objects', logger, ...options })
  const server = await transport.open(api)
  onTestFinished(async () => {
    await server.close()
    await storage.close()
    await rm(folder, { recursive: true, force: true })
  })
  const { presignGet, presignPut } = storage
  if (!presignGet || !presignPut) throw new Error('The storage signs nothing.')
  return {
    api,
    storage,
    clock,
    logged,
    port: server.port,
    send: server.send,
    follow: (signed: PresignedRequest, sent: Sent = {}) =>
      server.send(pathOf(signed.url), { method: signed.method, ...sent, headers: { ...signed.headers, ...sent.headers } }),
    signGet: (key: string, more: { contentType?: string; contentDisposition?: string; expiresInSeconds?: number } = {}) =>
      presignGet(key, { expiresInSeconds: 60, ...more }),
    signPut: (key: string, more: Partial<PresignPutOptions> = {}) => presignPut(key, { expiresInSeconds: 60, ...more }),
    /** Names of all files on the disk, finished or not. */
    files: async () => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true })
      return entries.filter(entry => entry.isFile() && entry.name !== 'marker').map(entry => entry.name)
    },
    text: async (key: string) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of (await storage.get(key)).body) chunks.push(chunk)
      return Buffer.concat(chunks).toString()
    },
  }
}

export function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}
