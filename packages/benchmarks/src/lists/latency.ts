import { quantile } from '../harness/quantile.ts'
import { median } from '../harness/statistics.ts'
import type { Asking } from './subjects.ts'

/** Milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
}

export interface Rounds {
  readonly runs: number
  /** Asked in each run. */
  readonly asks: number
}

/** Asks everyone in turn, run by run and every other run backwards. @returns medians over the runs, in the order given */
export async function compareLatency(askings: readonly Asking[], { runs, asks }: Rounds): Promise<Latency[]> {
  const found: Latency[][] = askings.map(() => [])
  const order = [...askings.keys()]
  await Promise.all(askings.map(asking => timesOf(asking, Math.min(asks, 10))))
  for (let run = 0; run < runs; run++) {
    for (const index of run % 2 === 0 ? order : order.toReversed()) {
      const times = await timesOf(askings[index] as Asking, asks)
      found[index]?.push(latencyOf(times))
    }
  }
  return found.map(runsOf => ({ p50: median(runsOf.map(({ p50 }) => p50)), p99: median(runsOf.map(({ p99 }) => p99)) }))
}

export function latencyOf(times: readonly number[]): Latency {
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

async function timesOf(asking: Asking, asks: number): Promise<number[]> {
  const times: number[] = []
  for (let number = 0; number < asks; number++) {
    const started = performance.now()
    await asking(number)
    times.push(performance.now() - started)
  }
  return times
}
