import type { Asset } from '../wire.ts'
import type { Job } from './job.ts'
import { sendInOne } from './send-in-one.ts'
import { waysOf } from './ways.ts'

/** Sends the file in the first of its ways that the API offers and whose storage can be reached. */
export async function sendSomehow(job: Job): Promise<Asset> {
  const ways = waysOf(job)
  for (const [index, way] of ways.entries()) {
    if (way === 'request') break
    // Loaded by those who send large files.
    const { sendLarge } = await import('./send-large.ts')
    const asset = await sendLarge(job, way, index < ways.length - 1)
    if (asset) return asset
  }
  return sendInOne(job)
}
