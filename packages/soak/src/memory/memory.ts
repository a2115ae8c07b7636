import type { Soak, SoakRun } from '../lib/soak.ts'
import { assertNothingLeft } from '../measured/left-behind.ts'
import { type MeasuredServer, startMeasured } from '../measured/measured-server.ts'
import { type Framing, framings } from '../measured/upload.ts'
import { drop, readRanges, readWhole, store } from './transfers.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3
const RANGE_BYTES = 256 * MiB
/** What is aimed at is half of it; above it, something keeps what it should let go. */
const MAX_PEAK_BYTES = 128 * MiB

const soak: Soak = {
  summary: 'large uploads and downloads: most memory above idle, and what is left of it',
  unit: 'GiB in the largest file',
  defaultCount: 5,
  async run({ seed, count, progress }: SoakRun) {
    const figures: Record<string, string> = {}
    for (const sizeGiB of new Set([1, count])) {
      for (const framing of framings) {
        for (const { name, ...figure } of await measure(framing, sizeGiB * GiB, seed)) {
          figures[`${name}, ${sizeGiB} GiB`] = Object.entries(figure)
            .map(([label, value]) => `${label} ${value}`)
            .join(', ')
          progress(sizeGiB)
        }
      }
    }
    return figures
  },
}
export default soak

interface Figure {
  readonly name: string
  /** MiB above what was resident when the server began to listen. */
  readonly peak: number
  /** The same, once it is over. */
  readonly afterwards: number
  /** MiB that V8 and its buffers use once it is over, above what they did before. */
  readonly 'in use': number
  readonly 'MB/s': number
}

/** One file up, down, and down in ranges, by a server that has done nothing before. */
async function measure(framing: Framing, sizeBytes: number, seed: number): Promise<readonly Figure[]> {
  const server = await startMeasured()
  try {
    const descriptors = await server.descriptors()
    const gauge = await gaugeOf(server, sizeBytes)
    const stored = await gauge(`${framing} upload`, () => store(server, { framing, sizeBytes, seed }))
    // How the bytes came makes no difference to how they leave.
    if (framing === framings[0]) {
      await gauge('download', () => readWhole(server, stored.result))
      await gauge('download in ranges', () => readRanges(server, stored.result, RANGE_BYTES))
    }
    await drop(server, stored.result)
    await assertNothingLeft(server, { descriptors, assets: 0 })
    return gauge.figures
  } finally {
    await server.remove()
  }
}

async function gaugeOf(server: MeasuredServer, sizeBytes: number) {
  const idleBytes = server.restartPeak()
  const usedBefore = inUse(await server.memory())
  const figures: Figure[] = []
  const gauge = async <T>(name: string, work: () => Promise<T>): Promise<{ readonly result: T }> => {
    server.restartPeak()
    const started = performance.now()
    const result = await work()
    const seconds = (performance.now() - started) / 1000
    const peakBytes = server.peakBytes() - idleBytes
    const used = inUse(await server.memory()) - usedBefore
    const afterwards = server.residentBytes() - idleBytes
    const [peak, left, kept] = [peakBytes, afterwards, used].map(bytes => Math.round(bytes / MiB)) as [number, number, number]
    figures.push({ name, peak, afterwards: left, 'in use': kept, 'MB/s': Math.round(sizeBytes / seconds / 1e6) })
    if (peakBytes > MAX_PEAK_BYTES) throw new Error(`${name} of ${sizeBytes} bytes took ${peak} MiB above idle.`)
    return { result }
  }
  return Object.assign(gauge, { figures })
}

const inUse = ({ heapUsed, external }: { heapUsed: number; external: number }): number => heapUsed + external
