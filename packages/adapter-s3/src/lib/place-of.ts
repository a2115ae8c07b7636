import type { S3Client } from '@aws-sdk/client-s3'
import { invalid } from './errors.ts'
import { MAX_PART_BYTES, MIB, MIN_PART_BYTES } from './part-sizes.ts'
import type { Place } from './place.ts'
import { flavors } from './quirks.ts'
import type { S3StorageOptions } from './s3-storage.ts'

const DEFAULT_TIMEOUT_MS = 30_000
const MAX_PREFIX_BYTES = 512

/** The options with their defaults, checked. */
export function placeOf(
  options: S3StorageOptions,
  clientFor: (settings: { readonly pathStyle: boolean; readonly timeoutMs: number }) => S3Client,
): Place {
  const { bucket, prefix = '', flavor = 'aws', partBytes = 8 * MIB, partsAtOnce = 4, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const known = flavors[flavor]
  if (!known) throw invalid(`There is no flavor ${flavor}. It is one of ${Object.keys(flavors).join(', ')}.`)
  if (!bucket) throw invalid('The storage needs the name of a bucket.')
  if (prefix.startsWith('/') || Buffer.byteLength(prefix) > MAX_PREFIX_BYTES)
    throw invalid(`The prefix begins with a slash, or has more than ${MAX_PREFIX_BYTES} bytes.`)
  assertWhole('partBytes', partBytes, MIN_PART_BYTES, MAX_PART_BYTES)
  assertWhole('partsAtOnce', partsAtOnce, 1, 100)
  assertWhole('timeoutMs', timeoutMs, 1, 2 ** 31 - 1)
  const quirks = { ...known, ...options.quirks }
  const client = clientFor({ pathStyle: quirks.pathStyle, timeoutMs })
  return { client, bucket, prefix, quirks, partBytes, partsAtOnce, timeoutMs, clock: options.clock ?? { now: () => Date.now() } }
}

function assertWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw invalid(`\`${name}\` is a whole number from ${least} to ${most}, not ${value}.`)
}
