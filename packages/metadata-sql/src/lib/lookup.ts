import type { AssetRef, AssetState } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { allOf, bind, type Fragment, join, literal, raw, type Statement, sql } from './fragment.ts'
import { assets, selectList } from './schema.ts'
import { textsByShape } from './texts.ts'

const COLUMNS = raw(selectList(assets, 'a'))
const NOTHING = `select ${selectList(assets, 'a')} from assets a where 1 = 0`
const READY: readonly AssetState[] = ['ready']

/**
 * Finds one asset. Names are unique among rows that are not `deleting`; those come first.
 * @throws StowageError `invalid_request` unless exactly one of id, uniqueName and slug is given
 */
export function assetLookup(placeholder: (position: number) => string): (ref: AssetRef) => Statement {
  const texts = textsByShape(placeholder)
  return ({ kind, id, uniqueName, slug, space, states = READY }) => {
    const given = Number(id !== undefined) + Number(uniqueName !== undefined) + Number(slug !== undefined)
    if (given !== 1 || (id === undefined && space === undefined)) {
      throw new StowageError('invalid_request', 'An asset is looked up by its id, or by its space and either uniqueName or slug.')
    }
    if (states.length === 0) return bind(NOTHING, [])
    if (id !== undefined)
      return bind(
        texts(`id ${states}`, () => byId(states)),
        [id, kind],
      )
    const column = slug === undefined ? 'unique_name' : 'slug'
    const text = texts(`${column} ${states}`, () => byName(column, states))
    const named = [kind, space ?? null, slug ?? uniqueName ?? null]
    return bind(text, states.includes('deleting') ? [...named, ...named] : named)
  }
}

const stateIn = (states: readonly AssetState[]): Fragment => sql`a.state in (${join(states.map(literal), ', ')})`

const byId = (states: readonly AssetState[]): Fragment =>
  sql`select ${COLUMNS} from assets a where a.id = ${null} and a.kind = ${null} and ${stateIn(states)}`

function byName(column: 'slug' | 'unique_name', states: readonly AssetState[]): Fragment {
  const named = [sql`a.kind = ${null}`, sql`a.space = ${null}`, sql`a.${raw(column)} = ${null}`, stateIn(states)]
  const living = sql`select ${COLUMNS} from assets a where ${allOf([...named, raw("a.state <> 'deleting'")])}`
  if (!states.includes('deleting')) return living
  // A partial index holds all that is not ready; the rows being deleted are few.
  const dying = [...named, raw("a.state <> 'ready'"), raw("a.state = 'deleting'")]
  return sql`select * from (${living}) l union all select * from (
    select ${COLUMNS} from assets a where ${allOf(dying)} order by a.created_at desc, a.id desc limit 1) d limit 1`
}
