import type { FileName } from '../download/files.ts'
import type { ServerRow } from '../harness/server-table.ts'
import type { ContenderName } from './contenders.ts'

const KIB = 1024
const MIB = 1024 * KIB

interface Row extends ServerRow<ContenderName> {
  /** Stowage first: its ratios are told. */
  readonly among: readonly ContenderName[]
  readonly connections: number
  /** 0: one request per connection and run. */
  readonly seconds: number
  readonly warmUpSeconds: number
}

/** Files of one size, several at once, to one service. */
export interface UploadRow extends Row {
  readonly sizeBytes: number
  readonly service: 's3' | 'gcs'
}

/** The same file again and again. */
export interface DownloadRow extends Row {
  readonly file: FileName
}

export function rows(quick: boolean): readonly (UploadRow | DownloadRow)[] {
  const [seconds, warmUpSeconds] = quick ? [0.4, 1] : [2, 3]
  const megabytes = (sizeBytes: number) => ({ name: 'MB', work: 1e6 / sizeBytes })
  const largeBytes = quick ? 256 * MIB : 1024 * MIB
  const large = {
    sizeBytes: largeBytes,
    connections: 1,
    seconds: 0,
    warmUpSeconds: 0,
    unit: megabytes(largeBytes),
    memoryTarget: 128,
  }
  const title = `upload ${largeBytes / MIB} MiB × 1`
  const piped = ['stowage, downloads', 'GetObject → response'] as const
  return [
    {
      ...large,
      title,
      service: 's3',
      among: ['stowage', 'busboy → lib-storage', 'busboy → lib-storage, SHA-256', 'lib-storage, no HTTP'],
      targets: { 'busboy → lib-storage': 0.95 },
    },
    {
      title: 'upload 16 KiB × 16',
      service: 's3',
      sizeBytes: 16 * KIB,
      connections: 16,
      seconds,
      warmUpSeconds,
      unit: { name: 'files', work: 1 },
      among: ['stowage', 'busboy → PutObject', 'PutObject, no HTTP'],
      targets: {},
    },
    {
      title: 'download 100 MiB × 1',
      file: 'large.bin',
      connections: 1,
      seconds,
      warmUpSeconds,
      unit: megabytes(100 * MIB),
      among: piped,
      targets: {},
    },
    {
      title: 'download 16 KiB × 32',
      file: 'small.bin',
      connections: 32,
      seconds,
      warmUpSeconds,
      unit: { name: 'requests', work: 1 },
      among: piped,
      targets: {},
    },
    { ...large, title: `${title}, Google Cloud Storage`, service: 'gcs', among: ['stowage'], targets: {} },
  ]
}
