import {
  type AssetQuery,
  type AssetRecord,
  type AssetRef,
  type BlobRecord,
  type Change,
  type JobRecord,
  type KindSchema,
  type MetadataStore,
  type Position,
  StowageError,
} from '@stowage/core/contracts'
import { compareUtf8 } from '../storage/utf8-order.ts'
import { checkString } from './check-record.ts'
import { appliers } from './memory-changes.ts'
import { checkPosition, matcher, ordering, reader } from './memory-query.ts'
import { ranked } from './memory-ranked.ts'
import { scans } from './memory-scans.ts'
import { MemoryTables, pairKey, type Refusal, refusalOf, reservedUsage } from './memory-tables.ts'

/**
 * A metadata store in this process's memory, for tests: it keeps the whole contract, but looks at every row for each list.
 * What it returns is a copy, so that nothing is changed but by `commit`.
 */
export function memoryMetadata(): MetadataStore {
  const tables = new MemoryTables()
  const kinds = new Map<string, KindSchema>()
  const settings = new Map<string, string>()
  const sequences = new Map<string, number>()
  return {
    name: 'memory',
    async open(declared) {
      for (const kind of declared) kinds.set(kind.name, kind)
    },
    async commit(changes) {
      tables.begin()
      try {
        changes.forEach((change, index) => {
          apply(tables, kinds, change, index)
        })
      } catch (error) {
        tables.rollback()
        throw error
      }
    },
    getAsset: async ref => copyOf(findAsset(tables, ref)),
    ...rowReads(tables),
    ...lists(tables, kinds),
    ...scans(tables, kinds),
    claimJobs: async options => claim(tables, options),
    async nextInSequence(name) {
      const next = (sequences.get(checkString(name)) ?? 0) + 1
      sequences.set(name, next)
      return next
    },
    getUsage: async (kind, space) => ({ ...(tables.usage.get(pairKey(kind, space)) ?? { bytes: 0, count: 0 }) }),
    getReserved: async (kind, space, now) => reservedUsage(tables, { kind, space, now }),
    getDownloads: async (kind, assetIds) =>
      assetIds.map(id => (tables.assets.get(checkString(id))?.kind === kind ? (tables.downloads.get(id) ?? 0) : 0)),
    async settingOnce(name, value) {
      const present = settings.get(checkString(name))
      if (present !== undefined) return present
      settings.set(name, checkString(value))
      return value
    },
    async close() {
      kinds.clear()
    },
  }
}

const copyOf = <T>(record: T | undefined): T | null => (record === undefined ? null : structuredClone(record))

function apply(tables: MemoryTables, kinds: ReadonlyMap<string, KindSchema>, change: Change, index: number): void {
  const run = appliers[change.op] as ((tables: MemoryTables, change: Change, refuse: Refusal) => void) | undefined
  if (!run) throw new StowageError('invalid_request', `There is no change called ${String(change.op)}.`)
  if (change.op === 'insertAsset' && !kinds.has(change.asset.kind)) {
    throw new StowageError('invalid_request', `There is no kind "${change.asset.kind}": declare it when the store is opened.`)
  }
  run(tables, change, refusalOf(index, change.op))
}

function findAsset(tables: MemoryTables, ref: AssetRef): AssetRecord | undefined {
  const given = [ref.id, ref.uniqueName, ref.slug].filter(name => name !== undefined)
  const [name] = given
  if (given.length !== 1 || name === undefined || (ref.id === undefined && ref.space === undefined)) {
    throw new StowageError('invalid_request', 'An asset is looked up by its id, or by its space and either uniqueName or slug.')
  }
  checkString(name)
  const states = ref.states ?? ['ready']
  const named = (asset: AssetRecord): boolean => {
    if (asset.kind !== ref.kind || !states.includes(asset.state)) return false
    if (ref.id !== undefined) return asset.id === ref.id
    return asset.space === ref.space && (ref.slug === undefined ? asset.uniqueName === name : asset.slug === name)
  }
  const found = [...tables.assets.values()].filter(named)
  return found.find(({ state }) => state !== 'deleting') ?? found.sort((a, b) => b.createdAt - a.createdAt)[0]
}

function rowReads(tables: MemoryTables) {
  const soonest = <T extends { readonly id: string }>(rows: Iterable<T>, at: (row: T) => number | null, now: number): T[] => {
    const due = [...rows].filter(row => (at(row) ?? Number.POSITIVE_INFINITY) <= now)
    return due.sort((a, b) => (at(a) ?? 0) - (at(b) ?? 0) || compareUtf8(a.id, b.id))
  }
  return {
    getBlob: async id => copyOf(tables.blobs.get(checkString(id))),
    getBlobByKey: async (storage, key) =>
      copyOf([...tables.blobs.values()].find(blob => blob.storage === storage && blob.key === key)),
    getDerivative: async (sourceId, role) => {
      const living = [...tables.blobs.values()].filter(({ state }) => state !== 'condemned')
      return copyOf(living.find(blob => blob.sourceId === checkString(sourceId) && blob.role === checkString(role)))
    },
    async listBlobs(assetId) {
      const found: BlobRecord[] = [...tables.blobs.values()].filter(blob => blob.assetId === assetId)
      return structuredClone(found.sort((a, b) => a.createdAt - b.createdAt || compareUtf8(a.id, b.id)))
    },
    listDueBlobs: async (now, limit) => structuredClone(soonest(tables.blobs.values(), blob => blob.dueAt, now).slice(0, limit)),
    getJob: async id => copyOf(tables.jobs.get(checkString(id))),
    getUpload: async id => copyOf(tables.uploads.get(checkString(id))),
    listExpiredUploads: async (now, limit) =>
      structuredClone(soonest(tables.uploads.values(), upload => upload.expiresAt, now).slice(0, limit)),
    getIdempotency: async (scope, key) => copyOf(tables.idempotency.get(pairKey(checkString(scope), checkString(key)))),
  } satisfies Partial<MetadataStore>
}

function lists(tables: MemoryTables, kinds: ReadonlyMap<string, KindSchema>) {
  const selected = ({ kind, filter, states = ['ready'] }: Pick<AssetQuery, 'kind' | 'filter' | 'states'>): AssetRecord[] => {
    const holds = matcher(filter, { kind: kinds.get(kind), texts: tables.texts })
    return [...tables.assets.values()].filter(asset => asset.kind === kind && states.includes(asset.state) && holds(asset))
  }
  return {
    async list(query) {
      checkPage(query)
      const offset = query.offset ?? 0
      if (query.ranked) {
        const rows = ranked(query.ranked, query, selected(query), tables.texts)
        return structuredClone(rows.slice(offset, offset + query.limit))
      }
      const kind = kinds.get(query.kind)
      const read = reader(query.sort.column, kind)
      const inOrder = ordering(query, kind)
      checkPosition(query, kind)
      const placeOf = (asset: AssetRecord): Position => ({ value: read(asset), id: asset.id })
      const { after } = query
      const rows = selected(query).filter(asset => after === undefined || inOrder(placeOf(asset), after) > 0)
      rows.sort((a, b) => inOrder(placeOf(a), placeOf(b)))
      return structuredClone(rows.slice(offset, offset + query.limit))
    },
    async count(query, max = 10_000) {
      abortedThrows(query.signal)
      const found = selected(query).length
      return { count: Math.min(found, max), exact: found <= max }
    },
  } satisfies Partial<MetadataStore>
}

function checkPage({ limit, offset, after, sort, signal }: AssetQuery): void {
  abortedThrows(signal)
  const whole = Number.isSafeInteger(limit) && limit >= 1 && Number.isSafeInteger(offset ?? 0) && (offset ?? 0) >= 0
  if (!whole) throw new StowageError('invalid_request', 'limit is a whole number from 1, offset one from 0.')
  if (after && offset !== undefined) throw new StowageError('invalid_request', 'A page begins after a position or at an offset.')
  if (sort.direction !== 'asc' && sort.direction !== 'desc') throw new StowageError('invalid_request', 'A sort is asc or desc.')
}

function abortedThrows(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StowageError('aborted', 'The list was given up.', { cause: signal.reason })
}

function claim(tables: MemoryTables, options: Parameters<MetadataStore['claimJobs']>[0]): readonly JobRecord[] {
  const { types, now, leaseMs, leaseToken, limit } = options
  const dueAt = (job: JobRecord): number =>
    (job.state === 'queued' ? job.runAt : job.state === 'running' ? job.leaseUntil : null) ?? Number.POSITIVE_INFINITY
  const due = [...tables.jobs.values()].filter(job => types.includes(job.type) && dueAt(job) <= now)
  for (const job of due.filter(({ attempts, maxAttempts }) => attempts >= maxAttempts)) {
    const lastError = job.lastError ?? 'The worker did not finish within its lease.'
    tables.jobs.set(job.id, { ...job, state: 'failed', leaseToken: null, leaseUntil: null, lastError })
  }
  const claimable = due.filter(({ attempts, maxAttempts }) => attempts < maxAttempts)
  claimable.sort((a, b) => dueAt(a) - dueAt(b) || compareUtf8(a.id, b.id))
  return claimable.slice(0, Math.max(0, limit)).map(job => {
    const leased: JobRecord = { ...job, state: 'running', attempts: job.attempts + 1, leaseToken, leaseUntil: now + leaseMs }
    tables.jobs.set(job.id, leased)
    return structuredClone(leased)
  })
}
