import type { Position, Sort } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { type ColumnRef, columnRef, comparable } from './columns.ts'
import type { FilterContext } from './filter.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { spaceOf } from './space.ts'

export interface Order {
  readonly column: ColumnRef
  readonly id: Fragment
  readonly direction: Sort['direction']
  /** By creation time. */
  readonly newest: boolean
  /** `column …, id …` */
  readonly by: Fragment
  /** The same for rows of which none is null in the column. */
  readonly byPresent: Fragment
  /** The same for rows that are all null in the column. */
  readonly byNull: Fragment
}

/** Rows of a list, of which each branch comes after all of the one before it. */
export interface OrderBranch {
  readonly where: readonly Fragment[]
  readonly by: Fragment
}

/** @param reached the columns by which rows are reached, where they are not those of `assets a` */
export function orderOf(
  context: FilterContext,
  sort: Sort,
  reached: { readonly createdAt: Fragment; readonly id: Fragment } = { createdAt: raw('a.created_at'), id: raw('a.id') },
): Order {
  if (sort.direction !== 'asc' && sort.direction !== 'desc') throw new StowageError('invalid_request', 'A sort is asc or desc.')
  const named = columnRef(context.dialect, context.kind, sort.column)
  const newest = sort.column === 'createdAt'
  const own = newest || sort.column === 'id'
  // Few rows are read by another index and then sorted: one that is in order would pass by many others.
  const few = !own && !context.inOrder && [...(context.driving ?? [])].some(filter => spaceOf([filter]) === undefined)
  const value = newest ? reached.createdAt : sort.column === 'id' ? reached.id : named.value
  const column = few ? { ...named, value: context.dialect.unindexed(value), indexed: false, sorted: false } : { ...named, value }
  const direction = raw(sort.direction)
  const nulls = column.nullable ? context.dialect.nullsLast(sort.direction) : raw('')
  const byId = sql`${reached.id} ${direction}`
  const by = sort.column === 'id' ? byId : sql`${column.value} ${direction} ${nulls}, ${byId}`
  const byPresent = sort.column === 'id' ? byId : sql`${column.value} ${direction}, ${byId}`
  const byNull = context.dialect.ordersNulls ? byPresent : byId
  return { column, id: reached.id, direction: sort.direction, newest, by, byPresent, byNull }
}

/**
 * Conditions for the rows after a position, as branches that don't overlap: nulls come last, and an index delivers them
 * apart from the rest.
 */
export function branchesAfter(order: Order, after: Position | undefined): readonly OrderBranch[] {
  const { value, nullable } = order.column
  const isNull = sql`${value} is null`
  const notNull = sql`${value} is not null`
  const apart = nullable && (order.column.indexed || order.column.sorted)
  const nulls = (...more: readonly Fragment[]): OrderBranch => ({ where: [isNull, ...more], by: order.byNull })
  const present = (...where: readonly Fragment[]): OrderBranch => ({ where, by: order.byPresent })
  if (after === undefined) return apart ? [present(notNull), nulls()] : [{ where: [], by: order.by }]
  const beyond = raw(order.direction === 'asc' ? '>' : '<')
  if (after.value === null) return nullable ? [nulls(sql`${order.id} ${beyond} ${after.id}`)] : invalid()
  const start = comparable(order.column, after.value) ?? invalid()
  const past = sql`(${value}, ${order.id}) ${beyond} (${start}, ${after.id})`
  if (!nullable) return [present(past)]
  return apart ? [present(past), nulls()] : [{ where: [sql`(${past} or ${isNull})`], by: order.by }]
}

function invalid(): never {
  throw new StowageError('invalid_cursor', 'The position is not one of this sort order.')
}
