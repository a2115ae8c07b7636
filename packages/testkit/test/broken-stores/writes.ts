import type { AssetChanges, AssetRecord, Change, JsonValue, MetadataStore } from '@stowage/core/contracts'
import { isStowageError } from '@stowage/core/contracts'
import { type BrokenStores, broken, commits, reads, stores } from './broken.ts'

const ALL_STATES = ['uploading', 'ready', 'failed', 'deleting'] as const
const without = <T extends object>(of: T, ...names: string[]): T =>
  Object.fromEntries(Object.entries(of).filter(([name]) => !names.includes(name))) as T

/** Rewrites every value inside JSON, from the leaves up. */
function deeply(value: JsonValue, change: (value: JsonValue) => JsonValue): JsonValue {
  if (Array.isArray(value)) return change(value.map(item => deeply(item, change)))
  if (typeof value !== 'object' || value === null) return change(value)
  return change(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, deeply(item, change)])))
}
const texts = (rewrite: (text: string) => string) => (columns: object) =>
  deeply(columns as JsonValue, value => (typeof value === 'string' ? rewrite(value) : value)) as object
const json = (rewrite: (value: JsonValue) => JsonValue) => (asset: AssetRecord) => ({
  ...asset,
  metadata: deeply(asset.metadata, rewrite) as AssetRecord['metadata'],
  fields: deeply(asset.fields, rewrite) as AssetRecord['fields'],
})

const isMap = (value: JsonValue | undefined): value is { [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function dense(value: JsonValue): JsonValue {
  const names = isMap(value) ? Object.keys(value) : []
  return names.length > 0 && names.every((name, i) => name === String(i)) ? Object.values(value as object) : value
}

const unguarded =
  (...names: string[]) =>
  (change: Change): Change =>
    'guard' in change ? ({ ...change, guard: without(change.guard, ...names) } as Change) : change

export const brokenWrites: BrokenStores = {
  'forgets a column in updates': stores('M1', columns => ('id' in columns ? columns : without(columns, 'processingError'))),
  'overwrites what has the same id': broken('M2 M44', upserts),
  'composes letters': stores(
    'M3',
    texts(text => text.normalize('NFC')),
  ),
  'strips NUL and lone surrogates': broken('M4', inner => ({
    commit: changes => inner.commit(texts(text => text.replaceAll('\0', '').toWellFormed())(changes) as Change[]),
  })),
  'keeps sizes as 32-bit floats': stores('M5', columns =>
    typeof columns.sizeBytes === 'number' ? { ...columns, sizeBytes: Math.fround(columns.sizeBytes) } : columns,
  ),
  'builds objects by assignment': reads('M6 M11', asset => ({ ...asset, metadata: assigned(asset.metadata) })),
  'drops null members': reads(
    'M1 M7',
    json(value => (isMap(value) ? Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)) : value)),
  ),
  'cuts deep JSON short': stores('M8', columns => cut(columns as JsonValue, 60) as object),
  'merges metadata instead of replacing it': broken('M9', inner => ({ commit: merging(inner, (a, b) => ({ ...a, ...b })) })),
  'merges arrays by index': broken('M10', inner => ({ commit: merging(inner, (_, b, a) => mergedArrays(a, b)) })),
  'takes objects with the names 0, 1, 2 for arrays': reads('M11', json(dense)),
  'ignores the version it is to change': commits('M12 M13 M17', unguarded('version')),
  'counts reads as changes': broken('M14', touching),
  'passes over changes to fixed columns': commits('M15', change =>
    change.op === 'updateAsset'
      ? { ...change, set: without(change.set, 'id', 'kind', 'space', 'createdBy', 'createdAt', 'version') }
      : change,
  ),
  'takes whatever time it is given': broken('M16', anyTime),
  'keeps seconds': stores('M32', columns =>
    Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, name.endsWith('At') ? seconds(value) : value])),
  ),
  'changes rows in any state': commits('M37 M38', change =>
    change.op === 'updateAsset' ? { ...change, guard: { ...change.guard, states: ALL_STATES } } : change,
  ),
  'ignores leases of blobs': commits('M39', change => (change.op === 'updateBlob' ? unguarded('leaseToken')(change) : change)),
  'commits change by change': broken('M2 M37 M42', inner => ({
    async commit(changes) {
      for (const change of changes) await inner.commit([change])
    },
  })),
  'keeps jobs of batches that fail': broken('M38 M42', inner => ({
    async commit(changes) {
      await inner.commit(changes.filter(({ op }) => op === 'enqueueJob'))
      await inner.commit(changes.filter(({ op }) => op !== 'enqueueJob'))
    },
  })),
  'looks at the quota before it writes': broken('M43', checksFirst),
  'takes a batch that it has already done for a success': broken('M2 M44', inner => ({
    commit: changes =>
      inner.commit(changes).catch((error: unknown) => {
        if (!isStowageError(error, 'already_exists')) throw error
      }),
  })),
  'has one room for all idempotency keys': commits('M45', change =>
    change.op === 'insertIdempotency' ? { ...change, record: { ...change.record, scope: 'all' } } : change,
  ),
}

function upserts(inner: MetadataStore): Partial<MetadataStore> {
  return {
    async commit(changes) {
      const fresh: Change[] = []
      for (const change of changes) {
        const given = change.op === 'insertAsset' ? change.asset : null
        const there = given && (await inner.getAsset({ kind: given.kind, id: given.id, states: ALL_STATES }))
        if (there) fresh.push({ op: 'deleteAsset', id: there.id, kind: there.kind, guard: { states: ALL_STATES } })
        if (change.op === 'insertBlob' && (await inner.getBlob(change.blob.id))) continue
        fresh.push(change)
      }
      await inner.commit(fresh)
    },
  }
}

function assigned(value: JsonValue): AssetRecord['metadata'] {
  const result: { [name: string]: JsonValue } = {}
  for (const [name, item] of Object.entries(value as object)) result[name] = item
  return result
}

function cut(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) return value.map(item => cut(item, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cut(item, depth - 1)]))
}

type Json = AssetRecord['metadata']

function merging(inner: MetadataStore, merge: (before: Json, after: Json, whole: Json) => Json): MetadataStore['commit'] {
  return async changes => {
    const merged: Change[] = []
    for (const change of changes) {
      const set: AssetChanges = change.op === 'updateAsset' ? change.set : {}
      const there = change.op === 'updateAsset' ? await inner.getAsset({ kind: change.kind, id: change.id }) : null
      const before = there?.metadata ?? {}
      const metadata = set.metadata && merge(before, set.metadata, before)
      merged.push(change.op === 'updateAsset' && metadata ? { ...change, set: { ...set, metadata } } : change)
    }
    await inner.commit(merged)
  }
}

function mergedArrays(before: Json, after: Json): Json {
  const both = (a: JsonValue | undefined, b: JsonValue): JsonValue => {
    if (Array.isArray(a) && Array.isArray(b)) return [...b, ...a.slice(b.length)]
    return isMap(a) && isMap(b) ? mergedArrays(a, b) : b
  }
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, both(before[name], value)]))
}

function touching(inner: MetadataStore): Partial<MetadataStore> {
  return {
    async getAsset(ref) {
      const found = await inner.getAsset(ref)
      if (found)
        await inner.commit([{ op: 'updateAsset', id: found.id, kind: found.kind, guard: { states: ALL_STATES }, set: {} }])
      return found
    },
  }
}

/** Remembers the last time it was given, and answers that. */
function anyTime(inner: MetadataStore): Pick<MetadataStore, 'getAsset' | 'commit'> {
  const times = new Map<string, number>()
  return {
    async commit(changes) {
      await inner.commit(changes)
      for (const change of changes) {
        if (change.op === 'updateAsset' && change.set.updatedAt !== undefined) times.set(change.id, change.set.updatedAt)
      }
    },
    async getAsset(ref) {
      const found = await inner.getAsset(ref)
      return found && { ...found, updatedAt: times.get(found.id) ?? found.updatedAt }
    },
  }
}

const seconds = (value: unknown): unknown => (typeof value === 'number' ? Math.floor(value / 1000) * 1000 : value)

function checksFirst(inner: MetadataStore): Partial<MetadataStore> {
  return {
    async commit(changes) {
      for (const change of changes) {
        if (change.op !== 'addUsage') continue
        const used = await inner.getUsage(change.kind, change.space)
        const { limit, bytes, count } = change
        if (used.bytes + bytes > (limit?.bytes ?? Number.POSITIVE_INFINITY)) return inner.commit(changes)
        if (used.count + count > (limit?.count ?? Number.POSITIVE_INFINITY)) return inner.commit(changes)
      }
      await inner.commit(changes.map(change => (change.op === 'addUsage' ? without(change, 'limit') : change)))
    },
  }
}
