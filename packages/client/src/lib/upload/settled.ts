import type { Connection } from '../connection.ts'
import { AssetClientError } from '../error.ts'
import type { Asset } from '../wire.ts'
import { asking, delayOf, type Patience, pause } from './retrying.ts'

/** What the uploads of all ways have. */
export interface UploadJson {
  readonly id: string
  readonly state: 'open' | 'verifying' | 'done' | 'failed'
  readonly asset: Asset | null
  readonly error: string | null
}

const MAX_POLL_MS = 5000

/** Waits for the asset of an upload whose bytes have all arrived. @throws AssetClientError `unprocessable` where they were refused */
export async function settled(
  connection: Connection,
  patience: Patience,
  path: readonly string[],
  last?: UploadJson,
): Promise<Asset> {
  const { signal } = patience
  let upload = last
  for (let asked = 0; !upload?.asset; asked++) {
    if (upload?.state === 'failed') throw new AssetClientError('unprocessable', upload.error ?? 'The upload was refused.')
    if (upload) await pause(Math.min(delayOf(patience, asked), MAX_POLL_MS), signal)
    upload = await asking(patience, signal => connection.ask<UploadJson>({ method: 'GET', path, signal }))
  }
  return upload.asset
}
