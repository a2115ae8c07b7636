import { memoryStorage } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import type { StorageAdapter } from '../../contracts/storage.ts'
import { planOf } from './methods.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const TIB = 1024 ** 4

const { multipart, ...memory } = memoryStorage()
const sign = () => Promise.reject(new Error('Nothing is signed here.'))
/** As S3 and Google Cloud Storage are. */
const bucket: StorageAdapter = {
  ...memory,
  presignPut: sign,
  presignPost: sign,
  multipart: { ...multipart, minPartBytes: 5 * MIB, maxPartBytes: 5 * GIB, maxParts: 10_000, presignPart: sign },
}
const { multipart: _, ...wholeOnly } = bucket
function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const issueAt = (pointer: string) => ({ code: 'unprocessable', details: { issues: [{ pointer }] } })

describe('how a file is to be sent', () => {
  it('is one PUT up to 64 MiB, and parts above', () => {
    for (const sizeBytes of [0, 1, 64 * MIB]) expect(planOf(bucket, sizeBytes, undefined).method).toBe('put')
    expect(planOf(bucket, 64 * MIB + 1, undefined)).toEqual({ method: 'multipart', partBytes: 8 * MIB, partCount: 9 })
    expect(planOf(wholeOnly, 5 * GIB, undefined).method).toBe('put')
  })

  it('is never one PUT or POST above 5 GiB, whoever asks for it', () => {
    for (const method of ['put', 'post'] as const) {
      expect(planOf(bucket, 5 * GIB, method).method).toBe(method)
      expect(thrownBy(() => planOf(bucket, 5 * GIB + 1, method))).toMatchObject(issueAt('/method'))
    }
    expect(planOf(bucket, 5 * GIB + 1, undefined).method).toBe('multipart')
    expect(thrownBy(() => planOf(wholeOnly, 5 * GIB + 1, undefined))).toMatchObject(issueAt('/sizeBytes'))
  })

  it('is in at most 10,000 parts of whole mebibytes, up to 5 TiB', () => {
    for (const sizeBytes of [1, 8 * MIB, 8 * MIB + 1, 80_000 * MIB, 80_000 * MIB + 1, 5 * TIB - 1, 5 * TIB]) {
      const { partBytes, partCount } = planOf(bucket, sizeBytes, 'multipart')
      const [bytes, count] = [partBytes ?? 0, partCount ?? 0]
      expect([bytes % MIB, bytes >= 8 * MIB, bytes <= 5 * GIB, count <= 10_000]).toEqual([0, true, true, true])
      // The parts are all of it, and the last has a byte at least.
      expect([count * bytes >= sizeBytes, (count - 1) * bytes < sizeBytes]).toEqual([true, true])
    }
    expect(thrownBy(() => planOf(bucket, 0, 'multipart'))).toMatchObject(issueAt('/method'))
  })

  it('is refused where the storage signs nothing, or not that', () => {
    expect(thrownBy(() => planOf(memoryStorage(), 5, undefined))).toMatchObject({ code: 'unsupported' })
    expect(thrownBy(() => planOf(wholeOnly, 5, 'multipart'))).toMatchObject(issueAt('/method'))
  })
})
