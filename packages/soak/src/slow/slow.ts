import { setTimeout as pause } from 'node:timers/promises'
import type { Soak, SoakRun } from '../lib/soak.ts'
import { assertNothingLeft } from '../measured/left-behind.ts'
import { type MeasuredServer, startMeasured } from '../measured/measured-server.ts'
import { drop, readWhole, type Stored, store } from '../memory/transfers.ts'
import { slowClients } from './slow-clients.ts'

const KiB = 1024
const MiB = 1024 ** 2
/** More than the kernel takes over from a server. */
const DOWNLOAD_BYTES = 24 * MiB
const OTHERS = 8
const REQUEST_BYTES = 16 * KiB
/** What a server may take for all slow clients together, and for each. */
const SHARED_BYTES = 128 * MiB
const OWN_BYTES = 256 * KiB
const WAIT_MS = 120_000

const soak: Soak = {
  summary: 'clients that read or write at a trickle: what others wait, what memory they take, and that idle limits end them',
  unit: 'slow clients',
  defaultCount: 1000,
  async run({ seed, count, progress }: SoakRun) {
    const figures = await runTrickle({ seed, count, rounds: 7, requests: 600 })
    progress(count)
    return { ...figures, 'standing still, until the last was cut off (s)': await runIdle({ seed, count }) }
  },
}
export default soak

interface TrickleOptions {
  readonly seed: number
  /** Slow clients at once. */
  readonly count: number
  /** Turns without and with them. */
  readonly rounds: number
  /** Of others, in each turn. */
  readonly requests: number
}

/** Serves others without and with slow clients, in turns. @throws Error when one of either is not served, or something is left */
export async function runTrickle({ seed, count, rounds, requests }: TrickleOptions): Promise<Record<string, string | number>> {
  const server = await startMeasured()
  try {
    const stored = await store(server, { framing: 'raw', sizeBytes: DOWNLOAD_BYTES, seed })
    await serveOthers(server, requests)
    const descriptors = await server.descriptors()
    const [without, beside]: [number[], number[]] = [[], []]
    let mostBytes = 0
    for (let round = 0; round < rounds; round++) {
      without.push(p99(await serveOthers(server, requests)))
      const before = server.restartPeak()
      beside.push(await serveBeside(server, stored, { count, requests }))
      mostBytes = Math.max(mostBytes, server.peakBytes() - before)
    }
    const took = `${count} slow clients took ${Math.round(mostBytes / MiB)} MiB`
    if (mostBytes > SHARED_BYTES + count * OWN_BYTES) throw new Error(`${took}.`)
    await assertNothingLeft(server, { descriptors, assets: 1 })
    const [alone, crowded] = [median(without), median(beside)]
    return {
      'p99 of others without, with (ms, medians)': `${alone.toFixed(1)}, ${crowded.toFixed(1)}`,
      ratio: (crowded / alone).toFixed(2),
      'memory that slow clients took (MiB)': Math.round(mostBytes / MiB),
    }
  } finally {
    await server.remove()
  }
}

async function serveBeside(server: MeasuredServer, stored: Stored, { count, requests }: { count: number; requests: number }) {
  const slow = await slowClients(server, stored, count)
  try {
    slow.trickle()
    // What the kernel takes over of each answer goes out at full speed first.
    await serveOthers(server, requests)
    const waited = p99(await serveOthers(server, requests))
    if (slow.ended > 0) throw new Error(`${slow.ended} of ${count} slow clients were cut off.`)
    return waited
  } finally {
    slow.leave()
    await untilGone(server)
  }
}

/** @returns seconds until a server with a short idle limit has cut off `count` clients that stand still, while it serves others */
export async function runIdle({ seed, count }: { readonly seed: number; readonly count: number }): Promise<string> {
  const server = await startMeasured({ idleTimeoutMs: 1000 })
  try {
    const stored = await store(server, { framing: 'raw', sizeBytes: DOWNLOAD_BYTES, seed })
    await serveOthers(server, OTHERS)
    const descriptors = await server.descriptors()
    const started = performance.now()
    const slow = await slowClients(server, stored, count)
    try {
      await serveOthers(server, OTHERS)
      await untilGone(server)
    } finally {
      slow.leave()
    }
    const seconds = (performance.now() - started) / 1000
    await assertNothingLeft(server, { descriptors, assets: 1 })
    return seconds.toFixed(1)
  } finally {
    await server.remove()
  }
}

/** Waits until nobody is connected. */
async function untilGone(server: MeasuredServer): Promise<void> {
  const until = performance.now() + WAIT_MS
  for (;;) {
    const links = await server.descriptors()
    // The one that listens, and the channel to its tester.
    const sockets = links.filter(link => link.startsWith('socket:')).length
    if (sockets <= server.ownSockets) return
    if (performance.now() > until) throw new Error(`${sockets - server.ownSockets} connections stay open.`)
    await pause(50)
  }
}

/** Uploads, downloads and deletes small files, several at once. @returns milliseconds of each request */
async function serveOthers(server: MeasuredServer, requests: number): Promise<number[]> {
  const waited: number[] = []
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const started = performance.now()
    const result = await work
    waited.push(performance.now() - started)
    return result
  }
  const other = async (first: number) => {
    for (let index = first; index * 3 < requests; index += OTHERS) {
      const stored = await timed(store(server, { framing: 'multipart', sizeBytes: REQUEST_BYTES, seed: index }))
      await timed(readWhole(server, stored))
      await timed(drop(server, stored))
    }
  }
  await Promise.all(Array.from({ length: OTHERS }, (_, first) => other(first)))
  return waited
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b)
const p99 = (values: readonly number[]): number => sorted(values)[Math.floor(values.length * 0.99)] ?? Number.NaN
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? Number.NaN
