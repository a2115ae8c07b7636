import { setTimeout as pause } from 'node:timers/promises'
import { type Random, randomOf } from '../fuzz/random.ts'
import type { Soak } from '../lib/soak.ts'
import { contentHead } from '../measured/download.ts'
import { assertNothingLeft } from '../measured/left-behind.ts'
import { type MeasuredServer, startMeasured } from '../measured/measured-server.ts'
import type { ServerOptions } from '../measured/messages.ts'
import { type Cut, type Ending, open, sendCut } from '../measured/send.ts'
import { framings, type Upload, wireUpload } from '../measured/upload.ts'
import { drop, readWhole, type Stored, store } from '../memory/transfers.ts'

const KiB = 1024
const MiB = 1024 ** 2
const CLIENTS = 24
/** One download for so many uploads. */
const UPLOADS_PER_DOWNLOAD = 5
const DOWNLOAD_BYTES = 6 * MiB
/** Heap and buffers that may differ between two idle moments. */
const MAX_GROWTH_BYTES = 24 * MiB
/** What an allocator may keep more after the second half than after the first, which has shown it what is needed. */
const MAX_RESIDENT_GROWTH_BYTES = 96 * MiB
const ENDINGS: readonly Ending[] = ['reset', 'close', 'half-close']

const soak: Soak = {
  summary: 'uploads and downloads that clients cut off: nothing stored, nothing open, memory as before',
  unit: 'aborted uploads',
  defaultCount: 10_000,
  run: options => runAborts(options),
}
export default soak

export interface AbortsOptions {
  readonly seed: number
  readonly count: number
  progress(done: number): void
  readonly flaw?: NonNullable<ServerOptions['flaw']>
  /** How long the server may take to let go of the last. Default: a minute. */
  readonly withinMs?: number
}

/** Cuts `count` uploads and a fifth as many downloads. @throws Error when the server keeps anything of them */
export async function runAborts(options: AbortsOptions): Promise<Record<string, string | number>> {
  const { seed, count, progress, flaw, withinMs } = options
  const server = await startMeasured(flaw && { flaw })
  try {
    const stored = await store(server, { framing: 'raw', sizeBytes: DOWNLOAD_BYTES, seed })
    // What a server opens at its first requests, and threads for long reads, belong to its baseline.
    await cutMany(server, stored, { seed: seed + 1, from: 0, to: Math.min(100, count), progress: () => undefined })
    await server.audit()
    const descriptors = await quietDescriptors(server)
    const before = await server.memory()
    const half = Math.floor(count / 2)
    const first = await cutMany(server, stored, { seed, from: 0, to: half, progress })
    const halfway = await server.memory()
    server.restartPeak()
    const second = await cutMany(server, stored, { seed, from: half, to: count, progress })
    const left = await assertNothingLeft(server, { descriptors, assets: 1, ...(withinMs && { withinMs }) })
    const peak = server.peakBytes()
    const after = await server.memory()
    const growth = after.heapUsed + after.external - before.heapUsed - before.external
    if (growth > MAX_GROWTH_BYTES) throw new Error(`After ${count} aborts ${inMiB(growth)} MiB more are in use.`)
    const grown = after.rss - halfway.rss
    if (grown > MAX_RESIDENT_GROWTH_BYTES) throw new Error(`The second half of ${count} aborts took ${inMiB(grown)} MiB more.`)
    await serves(server, stored)
    return {
      'aborted downloads': Math.floor(count / UPLOADS_PER_DOWNLOAD),
      'answered before the cut was seen': first + second,
      'descriptors before and after': `${descriptors.length} and ${left}`,
      'in use before and after (MiB)': `${inMiB(before.heapUsed + before.external)} and ${inMiB(after.heapUsed + after.external)}`,
      'resident before, halfway, at the peak of the second half, after (MiB)': [before.rss, halfway.rss, peak, after.rss]
        .map(inMiB)
        .join(', '),
    }
  } finally {
    await server.remove()
  }
}

const inMiB = (bytes: number): number => Math.round(bytes / MiB)

/** Descriptors once the connections of before are gone. */
async function quietDescriptors(server: MeasuredServer): Promise<readonly string[]> {
  let links = await server.descriptors()
  for (let still = 0; still < 5; ) {
    await pause(50)
    const now = await server.descriptors()
    still = now.length === links.length ? still + 1 : 0
    links = now
  }
  return links
}

interface Plan extends Pick<AbortsOptions, 'seed' | 'progress'> {
  readonly from: number
  readonly to: number
}

/** @returns how often a refusal came all the same */
async function cutMany(server: MeasuredServer, stored: Stored, { seed, from, to, progress }: Plan): Promise<number> {
  let answers = 0
  let next = from
  const client = async () => {
    for (let index = next++; index < to; index = next++) {
      const random = randomOf(seed, index)
      if (await cutUpload(server, random, index)) answers += 1
      if (index % UPLOADS_PER_DOWNLOAD === 0) await cutDownload(server, random, stored)
      if (server.faults.length > 0) throw new Error(`Abort ${index}, seed ${seed}: ${server.faults[0]}`)
      progress(index + 1)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return answers
}

/** @returns whether it was answered @throws Error when it was acknowledged */
async function cutUpload(server: MeasuredServer, random: Random, index: number): Promise<boolean> {
  const sizeBytes = random.weighted<() => number>([
    [50, () => 1 + random.below(64 * KiB)],
    [48, () => 1 + random.below(MiB)],
    [2, () => 1 + random.below(16 * MiB)],
  ])()
  const upload: Upload = { framing: random.pick(framings), sizeBytes, seed: index }
  const { wireBytes, pieces } = wireUpload(upload)
  const cut: Cut = { afterBytes: random.below(wireBytes), ending: random.pick(ENDINGS) }
  const answer = await sendCut(server.port, pieces(), cut)
  if (answer !== null && answer.status < 400) throw new Error(`${JSON.stringify({ upload, cut })} was answered ${answer.status}.`)
  return answer !== null
}

async function cutDownload({ port }: MeasuredServer, random: Random, { id }: Stored): Promise<void> {
  const socket = open(port)
  const [stopAfter, ending] = [random.below(DOWNLOAD_BYTES), random.pick(ENDINGS)]
  let received = 0
  await new Promise<void>(resolve => {
    const leave = () => {
      if (ending === 'reset') socket.resetAndDestroy()
      else socket.destroy()
    }
    socket.on('close', () => resolve())
    socket.on('data', bytes => {
      received += bytes.length
      if (received > stopAfter) leave()
    })
    socket.write(contentHead(id))
    // A client that says that it will send no more may still read.
    if (ending === 'half-close') socket.end()
  })
}

async function serves(server: MeasuredServer, stored: Stored): Promise<void> {
  await readWhole(server, stored)
  await drop(server, await store(server, { framing: 'multipart', sizeBytes: MiB, seed: 1 }))
}
