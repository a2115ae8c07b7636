import type { AssetRef, AssetState } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { allOf, type Fragment, join, literal, raw, sql } from './fragment.ts'
import { assets, selectList } from './schema.ts'

const COLUMNS = raw(selectList(assets, 'a'))

/**
 * Finds one asset. Names are unique among rows that are not `deleting`; those come first.
 * @throws StowageError `invalid_request` unless exactly one of id, uniqueName and slug is given
 */
export function lookupAsset(ref: AssetRef): Fragment {
  const { kind, id, uniqueName, slug, space } = ref
  const states: readonly AssetState[] = ref.states ?? ['ready']
  const given = [id, uniqueName, slug].filter(name => name !== undefined)
  if (given.length !== 1 || (id === undefined && space === undefined)) {
    throw new StowageError('invalid_request', 'An asset is looked up by its id, or by its space and either uniqueName or slug.')
  }
  if (states.length === 0) return sql`select ${COLUMNS} from assets a where 1 = 0`
  const stateIn = sql`a.state in (${join(states.map(literal), ', ')})`
  if (id !== undefined) return sql`select ${COLUMNS} from assets a where a.id = ${id} and a.kind = ${kind} and ${stateIn}`
  const name = slug === undefined ? sql`a.unique_name = ${uniqueName ?? null}` : sql`a.slug = ${slug}`
  const named = [sql`a.kind = ${kind}`, sql`a.space = ${space ?? null}`, name, stateIn]
  const living = sql`select ${COLUMNS} from assets a where ${allOf([...named, raw("a.state <> 'deleting'")])}`
  if (!states.includes('deleting')) return living
  // A partial index holds all that is not ready; the rows being deleted are few.
  const dying = [...named, raw("a.state <> 'ready'"), raw("a.state = 'deleting'")]
  return sql`select * from (${living}) l union all select * from (
    select ${COLUMNS} from assets a where ${allOf(dying)} order by a.created_at desc, a.id desc limit 1) d limit 1`
}
