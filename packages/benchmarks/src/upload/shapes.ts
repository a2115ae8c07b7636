import type { ServerRow } from '../harness/server-table.ts'
import type { ContenderName } from './contenders.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** One row: files of one size, several at once. */
export interface Shape extends ServerRow<ContenderName> {
  readonly sizeBytes: number
  readonly connections: number
  /** 0: one file per connection and run. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** The only contender of this row. */
  readonly alone?: ContenderName
}

export function shapes(quick: boolean): readonly Shape[] {
  const [seconds, warmUpSeconds] = quick ? [0.4, 1] : [2, 3]
  const megabytes = (sizeBytes: number) => ({ name: 'MB', work: 1e6 / sizeBytes })
  const large = quick ? 256 * MIB : 1024 * MIB
  const one = { connections: 1, seconds: 0, warmUpSeconds: 0 }
  const huge = { title: '5 GiB × 1', sizeBytes: 5120 * MIB, ...one, unit: megabytes(5120 * MIB), targets: {}, memoryTarget: 64 }
  return [
    {
      title: `${large / MIB} MiB × 1`,
      sizeBytes: large,
      ...one,
      unit: megabytes(large),
      targets: { busboy: 1.5, formidable: 2, prototype: 0.9 },
      memoryTarget: 64,
    },
    {
      title: '1 MiB × 4',
      sizeBytes: MIB,
      connections: 4,
      seconds,
      warmUpSeconds,
      unit: megabytes(MIB),
      targets: { busboy: 1.3, multer: 2 },
    },
    {
      title: '16 KiB × 16',
      sizeBytes: 16 * KIB,
      connections: 16,
      seconds,
      warmUpSeconds,
      unit: { name: 'files', work: 1 },
      targets: { multer: 1 },
    },
    ...(quick ? [] : [{ ...huge, alone: 'stowage' as const }]),
  ]
}
