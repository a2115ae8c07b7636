import type { Measurement } from './interleave.ts'
import { median, spread } from './statistics.ts'

/** Medians over the runs of one contender. */
export interface Summary {
  readonly runs: number
  readonly perCpuSecond: number
  readonly perWallSecond: number
  /** Of `perCpuSecond`: distance of its extremes as a share of the median. */
  readonly spread: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

export function summarise(measurements: readonly Measurement[]): Summary {
  const perCpuSecond = measurements.map(m => m.work / m.cpuSeconds)
  return {
    runs: measurements.length,
    perCpuSecond: median(perCpuSecond),
    perWallSecond: median(measurements.map(m => m.work / m.wallSeconds)),
    spread: spread(perCpuSecond),
    cpuSeconds: median(measurements.map(m => m.cpuSeconds)),
    peakBytes: median(measurements.map(m => m.peakBytes)),
  }
}
