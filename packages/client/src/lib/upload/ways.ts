import type { Job } from './job.ts'
import type { UploadWay } from './upload-task.ts'

const LARGE_BYTES = 8 * 1024 * 1024

/**
 * Which ways to try, best first.
 * @throws TypeError for what cannot be done together
 */
export function waysOf({
  blob,
  options,
  absent,
}: Pick<Job, 'blob' | 'options' | 'absent'>): readonly [UploadWay, ...UploadWay[]] {
  const { way = 'auto', largeAboveBytes = LARGE_BYTES, sha256 } = options
  const inOne = way === 'request' || (way === 'auto' && sha256 === undefined)
  if (!blob && !inOne) throw new TypeError('A stream can only be sent in one request: pass a Blob, a File or bytes.')
  if (way === 'request' && sha256 !== undefined) throw new TypeError('sha256 goes with direct and resumable uploads only.')
  if (way !== 'auto') return [way]
  if (!inOne) return ['direct', 'resumable']
  if (!blob || blob.size <= largeAboveBytes) return ['request']
  const [first = 'request', ...others] = (['direct', 'resumable', 'request'] as const).filter(each => !absent.has(each))
  return [first, ...others]
}
