import type { ServerRow } from '../harness/server-table.ts'
import type { ContenderName } from './contenders.ts'
import { files } from './files.ts'
import type { Asked } from './requests.ts'

/** One row: the same request again and again, on several connections at once. */
export interface Shape extends ServerRow<ContenderName>, Asked {
  readonly connections: number
  /** The only contenders of this row. */
  readonly among?: readonly ContenderName[]
}

const MIB = 1024 ** 2
const requests = { name: 'requests', work: 1 }
const megabytes = (sizeBytes: number) => ({ name: 'MB', work: 1e6 / sizeBytes })

export const shapes: readonly Shape[] = [
  {
    title: '100 MiB × 1',
    file: 'large.bin',
    connections: 1,
    status: 200,
    unit: megabytes(files['large.bin'].sizeBytes),
    targets: { send: 2.5 },
  },
  {
    title: '100 MiB × 1, sent by nginx',
    file: 'large.bin',
    connections: 1,
    status: 200,
    unit: megabytes(files['large.bin'].sizeBytes),
    among: ['stowage → nginx', 'nginx, sendfile'],
    targets: { 'nginx, sendfile': 0.9 },
  },
  { title: '16 KiB × 32', file: 'small.bin', connections: 32, status: 200, unit: requests, targets: { send: 1.5 } },
  {
    title: 'range of 1 MiB × 4',
    file: 'large.bin',
    connections: 4,
    status: 206,
    range: { start: 50 * MIB, end: 51 * MIB - 1 },
    unit: megabytes(MIB),
    targets: {},
  },
  { title: '304 × 32', file: 'small.bin', connections: 32, status: 304, unit: requests, targets: {} },
]
