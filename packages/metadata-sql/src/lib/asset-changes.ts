import type { AssetGuard, AssetRecord, Change, KindSchema, SearchedColumn } from '@stowage/core/contracts'
import type { SqlDialect } from './dialect.ts'
import { removeDownloads } from './downloads.ts'
import { allOf, compile, type Fragment, join, literal, raw, type SqlValue, sql } from './fragment.ts'
import { assignments, sameAs, stateIn, update } from './row-changes.ts'
import { assets, encode } from './schema.ts'
import { checkText, fold, PART_SEPARATOR } from './text.ts'
import { removeText } from './text-changes.ts'
import type { WritePlan } from './write-plan.ts'

type Of<Op extends Change['op']> = Extract<Change, { op: Op }>

const FIXED: ReadonlySet<string> = new Set(['id', 'kind', 'space', 'createdBy', 'createdAt', 'version'])
const SEARCHED: readonly SearchedColumn[] = ['title', 'description', 'filename', 'tags']

export interface AssetChanges {
  insertAsset(plan: WritePlan, change: Of<'insertAsset'>): void
  updateAsset(plan: WritePlan, change: Of<'updateAsset'>): void
  assertAsset(plan: WritePlan, change: Of<'assertAsset'>): void
  deleteAsset(plan: WritePlan, change: Of<'deleteAsset'>): void
}

/** The writes of an asset's row, and of what is kept beside it while it is ready: rows by tag, search and text. */
export function assetChanges(dialect: SqlDialect, kinds: ReadonlyMap<string, KindSchema>): AssetChanges {
  const searchedIn = (kind: string): readonly SearchedColumn[] => kinds.get(kind)?.searched ?? SEARCHED
  const insert = insertText(dialect)
  const addTags = compile(insertTags(dialect), dialect.placeholder).sql
  const removeTags = compile(deleteTags(dialect), dialect.placeholder).sql

  /** Where writers don't take turns, what is derived from the row is changed by one batch at a time. */
  function hold(plan: WritePlan, kind: string, id: string): void {
    if (dialect.keepRows.text === '') return
    plan.add(sql`select 1 from assets where id = ${id} and kind = ${kind} ${dialect.keepRows}`)
  }
  function index(plan: WritePlan, kind: string, id: string, tags: readonly string[] | undefined): void {
    if (tags === undefined || tags.length > 0) plan.addText(addTags, [checkText(id, 'id')], 'any')
    for (const statement of dialect.search.add(kind, id)) plan.add(statement)
  }
  function unindex(plan: WritePlan, kind: string, id: string): void {
    plan.addText(removeTags, [checkText(id, 'id')], 'any')
    for (const statement of dialect.search.remove(kind, id)) plan.add(statement)
  }

  return {
    insertAsset(plan, { asset }) {
      const values = assets.columns.map(column => encode(column, asset[column.property as keyof AssetRecord]))
      const searched = searchedIn(asset.kind)
      const folded = SEARCHED.map(property => (searched.includes(property) ? foldedValue(property, asset[property]) : ''))
      plan.addText(insert, [...values, ...folded, ...(dialect.nextSeq(asset.createdAt)?.values ?? [])], 'any')
      if (asset.state === 'ready') index(plan, asset.kind, asset.id, asset.tags)
    },
    updateAsset(plan, { id, kind, guard, set }) {
      const derived = 'state' in set || SEARCHED.some(property => property in set)
      const wasReady = guard.states.includes('ready')
      const isReady = (set.state ?? (wasReady ? 'ready' : '')) === 'ready'
      if (derived && wasReady) {
        hold(plan, kind, id)
        unindex(plan, kind, id)
      }
      if (wasReady && set.state !== undefined && set.state !== 'ready') removeText(dialect, plan, kind, id)
      plan.add(update(assets, assetAssignments(dialect, set, searchedIn(kind)), guardOf(id, kind, guard)), 'one')
      if (derived && isReady) index(plan, kind, id, set.tags)
    },
    assertAsset(plan, { id, kind, guard }) {
      plan.add(sql`select 1 from assets where ${allOf(guardOf(id, kind, guard))} ${dialect.keepRows}`, 'found')
    },
    deleteAsset(plan, { id, kind, guard }) {
      if (guard.states.includes('ready')) {
        hold(plan, kind, id)
        unindex(plan, kind, id)
        removeText(dialect, plan, kind, id)
      }
      removeDownloads(plan, id)
      plan.add(sql`delete from assets where ${allOf(guardOf(id, kind, guard))}`, 'one')
    },
  }
}

function guardOf(id: string, kind: string, guard: AssetGuard): Fragment[] {
  const where = [sql`id = ${id}`, sql`kind = ${kind}`, stateIn(guard.states)]
  if (guard.version !== undefined) where.push(sql`version = ${guard.version}`)
  if (guard.blobId !== undefined) where.push(sameAs('blob_id', guard.blobId))
  return where
}

function assetAssignments(dialect: SqlDialect, set: Of<'updateAsset'>['set'], searched: readonly SearchedColumn[]): Fragment[] {
  const { updatedAt, ...rest } = set
  const assigned = assignments(assets, rest, FIXED)
  for (const property of SEARCHED) {
    if (rest[property] === undefined) continue
    const folded = searched.includes(property) ? foldedValue(property, rest[property]) : ''
    assigned.push(sql`${raw(`search_${property}`)} = ${folded}`)
  }
  if (updatedAt !== undefined) {
    const [value] = assignments(assets, { updatedAt }, FIXED).flatMap(fragment => fragment.values)
    assigned.push(sql`updated_at = ${dialect.greater(raw('updated_at'), sql`${value ?? null}`)}`)
  }
  return [...assigned, raw('version = version + 1')]
}

function foldedValue(property: SearchedColumn, value: AssetRecord[SearchedColumn]): SqlValue {
  if (property !== 'tags') return typeof value === 'string' ? fold(value) : ''
  return ((value ?? []) as readonly string[]).map(fold).join(PART_SEPARATOR)
}

function insertText(dialect: SqlDialect): string {
  const names = [...assets.columns.map(({ column }) => `"${column}"`), ...SEARCHED.map(property => `search_${property}`)]
  const places = names.map(() => sql`${null}`)
  const seq = dialect.nextSeq(0)
  const statement = sql`insert into assets (${raw([...names, ...(seq ? ['seq'] : [])].join(', '))}) values (${join([...places, ...(seq ? [seq] : [])], ', ')})`
  return compile(statement, dialect.placeholder).sql
}

const READY = literal('ready')

function insertTags(dialect: SqlDialect): Fragment {
  return sql`insert into asset_tags (kind, tag, created_at, id, seq)
    select distinct a.kind, t.value, a.created_at, a.id, a.seq from assets a cross join ${dialect.elements(raw('a.tags'), 't')}
    where a.id = ${null} and a.state = ${READY}`
}

function deleteTags(dialect: SqlDialect): Fragment {
  return sql`delete from asset_tags where (kind, tag, created_at, id) in (
    select a.kind, t.value, a.created_at, a.id from assets a cross join ${dialect.elements(raw('a.tags'), 't')}
    where a.id = ${null} and a.state = ${READY})`
}
