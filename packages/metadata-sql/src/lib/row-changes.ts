import { StowageError } from '@stowage/core/contracts'
import { allOf, compile, type Fragment, join, literal, raw, type SqlValue, sql } from './fragment.ts'
import { encode, type Table } from './schema.ts'
import type { WritePlan } from './write-plan.ts'

/** `column = value` where the value may be null. */
export const sameAs = (column: string, value: SqlValue): Fragment =>
  value === null ? raw(`"${column}" is null`) : sql`${raw(`"${column}"`)} = ${value}`

export const stateIn = (states: readonly string[]): Fragment =>
  states.length === 0 ? raw('1 = 0') : sql`state in (${join(states.map(literal), ', ')})`

/** Makes the inserts of a table; the text is compiled once. */
export function inserter<T extends object>(
  source: Table<T>,
  placeholder: (position: number) => string,
): (plan: WritePlan, record: T) => void {
  const names = source.columns.map(({ column }) => raw(`"${column}"`))
  const places = source.columns.map(() => sql`${null}`)
  const statement = sql`insert into ${raw(source.name)} (${join(names, ', ')}) values (${join(places, ', ')})`
  const text = compile(statement, placeholder).sql
  return (plan, record) => {
    const values = source.columns.map(column => encode(column, record[column.property as keyof T]))
    plan.addText(text, values, 'any')
  }
}

/** `"a" = ?, "b" = ?` for what is set. @throws StowageError `invalid_request` for a column that never changes */
export function assignments<T>(source: Table<T>, set: object, fixed: ReadonlySet<string>): Fragment[] {
  return Object.entries(set)
    .filter(([, value]) => value !== undefined)
    .map(([property, value]) => {
      const column = source.byProperty.get(property)
      if (!column || fixed.has(property)) {
        throw new StowageError('invalid_request', `${source.name}.${property} can't be changed.`, {
          details: { column: property },
        })
      }
      return sql`${raw(`"${column.column}"`)} = ${encode(column, value)}`
    })
}

/** An update of what `set` names; where it names nothing, the guard is still asked. */
export function update<T>(source: Table<T>, assigned: readonly Fragment[], where: readonly Fragment[]): Fragment {
  const id = raw(`"${source.columns[0]?.column}"`)
  const values = assigned.length > 0 ? join(assigned, ', ') : sql`${id} = ${id}`
  return sql`update ${raw(source.name)} set ${values} where ${allOf(where)}`
}
