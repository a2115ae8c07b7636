import type { Change } from '@stowage/core/contracts'
import { type CrashPoint, type Life, nameOf, type Phase, type Strike } from './crash-point.ts'

type Holds = (changes: readonly Change[]) => boolean
const some =
  (test: (change: Change) => boolean): Holds =>
  changes =>
    changes.some(test)

const announces = some(change => change.op === 'insertBlob' && change.blob.assetId === '')
const announcesReplacement: Holds = changes => changes.length === 1 && changes[0]?.op === 'insertBlob' && !announces(changes)
const takesKey = some(change => change.op === 'insertIdempotency')
const keepsRoom = some(change => change.op === 'reserveUsage')
const forgetsExpired = some(change => change.op === 'removeExpired')
const publishes = some(change => change.op === 'insertAsset' && change.asset.state === 'ready')
const swaps = some(change => change.op === 'updateAsset' && change.set.blobId !== undefined)
const patches = some(change => change.op === 'updateAsset' && change.set.title !== undefined && change.set.state === undefined)
const buries = some(change => change.op === 'updateBlobsOf')
const expires = some(
  change => change.op === 'updateBlob' && change.guard.states.includes('writing') && change.set.state === 'condemned',
)
const forgetsBlob = some(change => change.op === 'deleteBlob' || (change.op === 'updateBlob' && change.set.purgesLeft === 1))
const forgetsAsset = some(change => change.op === 'deleteAsset')
const begins = some(change => change.op === 'insertUpload' && change.upload.data.purpose === 'direct')
const namesParts = some(change => change.op === 'updateUpload' && typeof change.set.storageUploadId === 'string')
const updates = (purpose: 'direct' | 'resumable', test: (change: Change & { readonly op: 'updateUpload' }) => boolean): Holds =>
  some(change => change.op === 'updateUpload' && change.set.data?.purpose === purpose && test(change))
const holds = updates('direct', ({ set }) => typeof set.leaseToken === 'string')
const completes: Holds = changes => publishes(changes) && updates('direct', () => true)(changes)
const beginsResumable = some(change => change.op === 'insertUpload' && change.upload.data.purpose === 'resumable')
const takesOver = updates(
  'resumable',
  ({ set, guard }) => set.leaseToken !== guard.leaseToken && set.leaseToken !== null && !set.state,
)
const keepsBytes = updates(
  'resumable',
  ({ set, guard }) => (set.offsetBytes ?? 0) > (guard.offsetBytes ?? Number.POSITIVE_INFINITY),
)
const holdsResumable = updates('resumable', ({ set }) => set.state === 'completing' && typeof set.leaseToken === 'string')
const completesResumable: Holds = changes => publishes(changes) && updates('resumable', () => true)(changes)
const handsOver: Holds = changes =>
  changes.some(change => change.op === 'enqueueJob') && changes.some(change => change.op === 'updateUpload')
const ends = some(change => change.op === 'updateUpload' && change.set.data?.phase === 'ended')
const endsJob = some(change => change.op === 'deleteJob')

type Row = readonly [code: string, what: string, life: Life, strike: (phase: Phase) => Strike, maxNth?: number]
const commit =
  (holds: Holds) =>
  (phase: Phase): Strike => ({ on: 'commit', phase, holds })
const storage =
  (op: string) =>
  (phase: Phase): Strike => ({ on: 'storage', phase, op })
const disk =
  (call: 'sync' | 'link' | 'rename' | 'unlink') =>
  (phase: Phase): Strike => ({ on: 'disk', phase, call })
const claims = (phase: Phase): Strike => ({ on: 'metadata', phase, op: 'claimJobs' })

// Commits are struck in three ways; everything else before and after.
const COMMITS: readonly Row[] = [
  ['C1', 'intent', 'load', commit(announces), 3],
  ['C1', 'key of a request', 'load', commit(takesKey), 3],
  ['C1', 'room in a quota', 'load', commit(keepsRoom), 3],
  ['C1', 'intent of a replacement', 'load', commit(announcesReplacement), 3],
  ['C5-C6', 'commit of an upload', 'load', commit(publishes)],
  ['C1', 'intent of a direct upload', 'load', commit(begins), 2],
  ['C2', 'name of a direct upload in parts', 'load', commit(namesParts), 1],
  ['C5-C6', 'right to complete a direct upload', 'load', commit(holds), 3],
  ['C5-C6', 'commit of a direct upload', 'load', commit(completes), 3],
  ['C1', 'intent of a resumable upload', 'load', commit(beginsResumable), 2],
  ['C1', 'right to write a resumable upload', 'load', commit(takesOver), 4],
  ['C5-C6', 'bytes of a resumable upload', 'load', commit(keepsBytes), 4],
  ['C5-C6', 'right to complete a resumable upload', 'load', commit(holdsResumable), 2],
  ['C5-C6', 'commit of a resumable upload', 'load', commit(completesResumable), 2],
  ['C5-C6', 'commit of a replacement', 'load', commit(swaps), 3],
  ['C5-C6', 'commit of a patch', 'load', commit(patches), 3],
  ['C8', 'end of a job', 'jobs', commit(endsJob), 2],
  ['C8', 'direct upload left to a job', 'load', commit(handsOver), 1],
  ['C17', 'end of a direct upload', 'load', commit(ends), 1],
  ['C17', 'tombstone', 'load', commit(buries), 2],
  ['C19', 'rows of a deleted object', 'sweep', commit(forgetsBlob), 3],
  ['C19', 'row of an asset without blobs', 'sweep', commit(forgetsAsset), 2],
  ['C20', 'expiry of keys and room', 'sweep', commit(forgetsExpired), 1],
  ['C20', 'expiry of a direct upload', 'sweep', commit(ends), 2],
  ['C20', 'expiry of an upload', 'sweep', commit(expires), 2],
  ['C20', 'two reapers, expiry', 'two sweepers', commit(expires), 2],
  ['C20', 'two reapers, rows', 'two sweepers', commit(forgetsBlob), 2],
]
const CALLS: readonly Row[] = [
  ['C2', 'multipart create', 'load', storage('multipart.create'), 1],
  ['C2', 'multipart part', 'load', storage('multipart.putPart'), 3],
  ['C2', 'multipart complete', 'load', storage('multipart.complete'), 1],
  ['C3', 'middle of a body', 'load', phase => ({ on: 'body', phase }), 3],
  ['C4', 'put', 'load', storage('put')],
  ['C4', 'copy of a direct upload', 'load', storage('copy'), 2],
  ['C9', 'reading of a direct upload', 'load', storage('get'), 3],
  ['C7', 'answer to a write', 'load', phase => ({ on: 'answer', phase })],
  ['C8', 'claim of jobs', 'jobs', claims, 1],
  ['C9', 'delete by a worker', 'jobs', storage('delete'), 2],
  ['C10', 'two workers, claim', 'two workers', claims, 1],
  ['C10', 'two workers, delete', 'two workers', storage('delete'), 1],
  ['C11', 'asset deleted meanwhile', 'deleted meanwhile', phase => ({ on: 'held delete', phase }), 1],
  ['C11', 'asset replaced meanwhile', 'replaced meanwhile', phase => ({ on: 'held delete', phase }), 1],
  ['C19', 'delete by the sweeper', 'sweep', storage('delete'), 3],
  ['C20', 'list of what is due', 'sweep', phase => ({ on: 'metadata', phase, op: 'listDueBlobs' }), 2],
  ['C20', 'two reapers, delete', 'two sweepers', storage('delete'), 2],
  ['C23', 'sync', 'load', disk('sync'), 12],
  ['C23', 'link', 'load', disk('link')],
  ['C23', 'rename', 'load', disk('rename'), 3],
  ['C23', 'unlink of a temporary name', 'load', disk('unlink')],
]

const DEFAULT_MAX_NTH = 8
const points = (rows: readonly Row[], phases: readonly Phase[]): readonly CrashPoint[] =>
  rows.flatMap(([code, what, life, strike, maxNth = DEFAULT_MAX_NTH]) =>
    phases.map(phase => ({ code, what, life, strike: strike(phase), maxNth })),
  )

/** All named points, each before its effect and after it, before it is acknowledged. */
export const crashPoints: readonly CrashPoint[] = [
  ...points(COMMITS, ['before', 'during', 'after']),
  ...points(CALLS, ['before', 'after']),
  {
    code: 'C18',
    what: 'one of several objects deleted',
    life: 'sweep',
    strike: { on: 'some deleted', phase: 'during' },
    maxNth: 1,
  },
]

/** @throws for a name that no point has */
export function crashPoint(name: string): CrashPoint {
  const found = crashPoints.find(point => nameOf(point) === name)
  if (!found) throw new Error(`There is no crash point "${name}".`)
  return found
}
