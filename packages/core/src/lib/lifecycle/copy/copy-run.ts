import type { BlobRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { StorageAdapter } from '../../contracts/storage.ts'
import { allStorages } from '../../storage/storage-of.ts'
import type { MaintenanceDeps } from '../audit/audit-run.ts'
import { type Pace, paceOf } from './pace.ts'
import type { Amount, CopyFinding, CopyFindingType, CopyOptions, CopyProgress } from './report.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Rows of one page. */
export const PAGE = 1000

/** One copy under way. */
export interface CopyRun {
  readonly deps: MaintenanceDeps
  readonly options: CopyOptions
  readonly to: StorageAdapter
  readonly from: readonly StorageAdapter[]
  readonly signal: AbortSignal
  readonly pace: Pace
  readonly counted: Mutable<Amount>
  readonly copied: Mutable<Amount>
  readonly skipped: Mutable<Amount>
  readonly switched: Mutable<Amount>
  removed: number
  movedBytes: number
  /** Of them, those of objects that are not done. */
  underWayBytes: number
  /** Of the phase. */
  done: Mutable<Amount>
  /** From 1: the first sees everything, each further one what came since, and what could not be done before. */
  pass: number
  /** Faults of the bytes themselves: trying again changes nothing. By blob. */
  readonly faults: Map<string, CopyFinding>
  /** What this pass could not do. */
  setbacks: Map<string, CopyFinding>
  failuresInARow: number
}

/** @throws StowageError `invalid_request` for options that can't be meant */
export function newCopyRun(deps: MaintenanceDeps, options: CopyOptions, signal: AbortSignal): CopyRun {
  const all = allStorages(deps)
  const named = (name: string): StorageAdapter => {
    const found = all.find(storage => storage.name === name)
    if (found) return found
    throw new StowageError(
      'invalid_request',
      `copy: no storage is named "${name}" here, only ${all.map(one => one.name).join(', ')}.`,
    )
  }
  const to = named(options.to)
  const from = options.from?.map(named) ?? all.filter(storage => storage !== to)
  if (from.length === 0 || from.includes(to)) {
    throw new StowageError('invalid_request', `copy: it needs a storage to copy from besides ${to.name}.`)
  }
  checkNumbers(options)
  return {
    deps,
    options,
    to,
    from,
    signal,
    pace: paceOf(deps.clock, options.bytesPerSecond),
    counted: nothing(),
    copied: nothing(),
    skipped: nothing(),
    switched: nothing(),
    removed: 0,
    movedBytes: 0,
    underWayBytes: 0,
    done: nothing(),
    pass: 0,
    faults: new Map(),
    setbacks: new Map(),
    failuresInARow: 0,
  }
}

function checkNumbers(options: CopyOptions): void {
  const { concurrency = 1, bytesPerSecond = 1, removeAfterMs = 0 } = options
  const rules: readonly (readonly [boolean, string])[] = [
    [Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 256, '`concurrency` is a whole number from 1 to 256'],
    [bytesPerSecond > 0, '`bytesPerSecond` is a number above 0'],
    [removeAfterMs >= 0, '`removeAfterMs` is a number from 0'],
    [options.removeAfterMs === undefined || options.switch === true, '`removeAfterMs` goes with `switch`'],
  ]
  const broken = rules.find(([holds]) => !holds)
  if (broken) throw new StowageError('invalid_request', `copy: ${broken[1]}.`)
}

export const nothing = (): Mutable<Amount> => ({ objects: 0, bytes: 0 })

export function add(amount: Mutable<Amount>, { sizeBytes }: Pick<BlobRecord, 'sizeBytes'>): void {
  amount.objects += 1
  amount.bytes += sizeBytes ?? 0
}

export function progressed(run: CopyRun, phase: CopyProgress['phase']): void {
  const { done, counted, movedBytes, underWayBytes, options } = run
  const expected = phase === 'copy' ? { ...counted } : nothing()
  options.onProgress?.({ phase, done: { ...done, bytes: done.bytes + underWayBytes }, expected, movedBytes })
}

export function findingOf(type: CopyFindingType, { storage, key, assetId, id }: BlobRecord, message: string): CopyFinding {
  return { type, message, storage, key, assetId, blobId: id }
}

const COPY = 'copy:'

/** The role of a copy names what it is a copy of, and keeps a second one in the same storage away. */
export const roleOfCopy = (storage: string, { id }: Pick<BlobRecord, 'id'>): string => `${COPY}${storage}:${id}`

export const isCopy = ({ role }: Pick<BlobRecord, 'role'>): boolean => role.startsWith(COPY)

/** Id of the blob that it is a copy of. */
export const idOfCopied = ({ role, storage }: Pick<BlobRecord, 'role' | 'storage'>): string =>
  role.slice(COPY.length + storage.length + 1)

/** The original that a blob is, or was derived from: the one that its asset names. */
export const originalOf = ({ id, sourceId }: Pick<BlobRecord, 'id' | 'sourceId'>): string => sourceId ?? id
