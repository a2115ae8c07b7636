import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assertNothingLeft } from '../src/measured/left-behind.ts'
import { type MeasuredServer, startMeasured } from '../src/measured/measured-server.ts'
import { framings, type Upload } from '../src/measured/upload.ts'
import { drop, readRanges, readWhole, store } from '../src/memory/transfers.ts'

const MiB = 1024 ** 2
/** A first transfer may take what it needs; a second that is larger by 96 MiB needs hardly more. */
const SMALL_BYTES = 64 * MiB
const LARGE_BYTES = 160 * MiB
const MAX_GROWTH_BYTES = 64 * MiB

let server: MeasuredServer
afterEach(() => server.remove())

/** Growth of the peak from a small file to a large one, for each way up and down. */
async function growths(ways: readonly Upload['framing'][]): Promise<Record<string, number>> {
  const growth: Record<string, number> = {}
  const peakOf = async <T>(work: () => Promise<T>): Promise<{ readonly peak: number; readonly result: T }> => {
    server.restartPeak()
    const result = await work()
    return { peak: server.peakBytes(), result }
  }
  for (const framing of ways) {
    const small = await peakOf(() => store(server, { framing, sizeBytes: SMALL_BYTES, seed: 1 }))
    const large = await peakOf(() => store(server, { framing, sizeBytes: LARGE_BYTES, seed: 2 }))
    growth[`${framing} upload`] = large.peak - small.peak
    if (framing === 'multipart') {
      const reads = [
        ['download', readWhole],
        ['ranges', (of: MeasuredServer, stored: typeof large.result) => readRanges(of, stored, 32 * MiB)],
      ] as const
      for (const [name, read] of reads) {
        const before = await peakOf(() => read(server, small.result))
        const after = await peakOf(() => read(server, large.result))
        growth[name] = after.peak - before.peak
      }
    }
    await drop(server, small.result)
    await drop(server, large.result)
  }
  return growth
}

describe('the memory of a server', { timeout: 300_000 }, () => {
  beforeEach(async () => {
    server = await startMeasured()
  })

  test('does not grow with the size of what is uploaded or downloaded, and nothing stays', async () => {
    const descriptors = await server.descriptors()
    await store(server, { framing: 'raw', sizeBytes: 8 * MiB, seed: 3 }).then(stored => drop(server, stored))
    const before = await server.memory()
    for (const [way, bytes] of Object.entries(await growths(framings))) {
      expect(bytes, `${way}: ${bytes / MiB} MiB`).toBeLessThan(MAX_GROWTH_BYTES)
    }
    const after = await server.memory()
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(24 * MiB)
    await assertNothingLeft(server, { descriptors, assets: 0 })
  })
})

test('a server that collects a body is found by its memory', { timeout: 300_000 }, async () => {
  server = await startMeasured({ flaw: 'collects' })
  const growth = await growths(['raw'])
  expect(growth['raw upload']).toBeGreaterThan(MAX_GROWTH_BYTES)
})
