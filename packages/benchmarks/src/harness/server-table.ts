import type { Measurement } from './interleave.ts'
import { figure, mebibytes, ratio, table } from './markdown.ts'
import { spread } from './statistics.ts'
import { summarise } from './summary.ts'

export interface ServerRow<Name extends string> {
  readonly title: string
  /** What is counted, and how much of the work of a measurement is one of it. */
  readonly unit: { readonly name: string; readonly work: number }
  /** How many times the peer, by the project's targets. */
  readonly targets: Readonly<Partial<Record<Name, number>>>
  /** What the first contender's memory should stay under, in MiB. */
  readonly memoryTarget?: number
}

/** Figures of one row, a line per contender, with the first contender's ratio to each. */
export function serverTable<Name extends string>(
  row: ServerRow<Name>,
  results: ReadonlyMap<Name, readonly Measurement[]>,
): string {
  const { name: unit, work } = row.unit
  const [own] = [...results.values()].map(summarise)
  const lines = [...results].map(([name, measurements]) => {
    const one = summarise(measurements)
    const { [name]: target } = row.targets
    return [
      name,
      `${figure(one.perWallSecond / work)} (${percent(measurements)})`,
      figure(one.perCpuSecond / work),
      mebibytes(one.peakBytes),
      own ? ratio(own.perWallSecond / one.perWallSecond) : '',
      own ? ratio(own.perCpuSecond / one.perCpuSecond) : '',
      target === undefined ? '' : `≥ ${target} ×`,
    ]
  })
  const memory = row.memoryTarget === undefined ? 'memory, MiB' : `memory, MiB (target ≤ ${row.memoryTarget})`
  const head = [row.title, `${unit}/s`, `${unit} per CPU second`, memory, 'stowage ÷ it', 'per CPU second', 'target']
  return table(head, lines)
}

function percent(measurements: readonly Measurement[]): string {
  return `${Math.round(spread(measurements.map(one => one.work / one.wallSeconds)) * 100)} %`
}
