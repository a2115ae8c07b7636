import { detailFields } from '../details.ts'
import type { UploadProgress } from '../inputs.ts'
import type { Asset } from '../wire.ts'
import { randomHex } from './form.ts'
import { type Job, patienceOf } from './job.ts'
import { isPassing, retrying } from './retrying.ts'
import { sendFile } from './send-file.ts'

/** Sends what can be read twice again, where it fails or was paused: the API tells by the key that it is the same. */
export function sendInOne(job: Job): Promise<Asset> {
  const { connection, source, blob, options, isWatched, onSent } = job
  job.onWay('request')
  const headers = blob ? { 'idempotency-key': randomHex() } : {}
  const request = { method: 'POST', path: [], headers, fields: detailFields(options) }
  const onProgress = isWatched ? ({ loaded }: UploadProgress) => onSent(loaded) : undefined
  return job.pauses.through(signal =>
    retrying(
      patienceOf(job, signal),
      error => blob !== null && isPassing(error),
      () => sendFile<Asset>(connection, request, source, { ...options, onProgress, signal }),
    ),
  )
}
