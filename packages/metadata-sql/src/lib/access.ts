import type { Filter, Sort } from '@stowage/core/contracts'
import { columnRef, nameOf } from './columns.ts'
import type { SearchMatches } from './dialect.ts'
import { compileFilter, type FilterContext } from './filter.ts'
import { allOf, type Fragment, literal, raw, sql } from './fragment.ts'
import { spaceOf } from './space.ts'
import { searchAccess, wordsAccess } from './text-accesses.ts'

/** A way to reach the ready rows of a kind. */
export interface Access {
  readonly name: string
  /** Makes `a`. */
  readonly from: Fragment
  readonly where: readonly Fragment[]
  /** Columns equal to the asset's own, by which the way is ordered. */
  readonly createdAt: Fragment
  readonly id: Fragment
  readonly context: FilterContext
  /** What of the query's filters this way does not answer by itself. */
  readonly rest: readonly Filter[]
  /** The rows reached without the assets themselves, with their creation time, newest first. They are the list where `rest` is empty. */
  readonly bare: { readonly from: Fragment; readonly where: Fragment; readonly time: Fragment; readonly newest: Fragment }
  readonly ordered?: SearchMatches['ordered']
}

/** The conditions that must all hold. */
export function conjuncts(filter: Filter): readonly Filter[] {
  if (filter.op === 'all') return []
  return filter.op === 'and' ? filter.filters.flatMap(conjuncts) : [filter]
}

/** By the rows of the kind, newest first, or by an index over what `driving` compares. */
export function tableAccess(context: FilterContext, filters: readonly Filter[], driving: readonly Filter[]): Access {
  const own = { ...context, driving: new Set(driving) }
  const where = [kindIs(context.kindName), raw("a.state = 'ready'"), ...driving.map(filter => compileFilter(own, filter))]
  const from = raw('assets a')
  return {
    name: driving.length === 0 ? 'newest' : 'columns',
    from,
    where,
    createdAt: raw('a.created_at'),
    id: raw('a.id'),
    context: own,
    rest: filters.filter(filter => !driving.includes(filter)),
    bare: { from, where: allOf(where), time: raw('a.created_at'), newest: raw('a.created_at desc') },
  }
}

/**
 * By the index over what the list is sorted by, of the whole kind or of one space. Null where the kind declares none.
 */
export function sortedAccess(context: FilterContext, filters: readonly Filter[], sort: Sort): Access | null {
  if (sort.column === 'createdAt' || !columnRef(context.dialect, context.kind, sort.column).sorted) return null
  const within = filters.filter(
    filter => RANGES.has(filter.op) && 'column' in filter && nameOf(filter.column) === nameOf(sort.column),
  )
  const space = spaceOf(filters)
  return { ...tableAccess({ ...context, inOrder: true }, filters, [...(space ? [space] : []), ...within]), name: 'sorted' }
}

const RANGES: ReadonlySet<string> = new Set(['eq', 'lt', 'lte', 'gt', 'gte'])

export const kindIs = (kind: string): Fragment => sql`a.kind = ${literal(kind)}`

/** The ways that may be much shorter than reading the kind newest first. None where the kind is read newest first at best. */
export function narrowAccesses(context: FilterContext, filters: readonly Filter[]): readonly Access[] {
  return [
    ...columnAccesses(context, filters),
    ...tagAccesses(context, filters),
    ...(context.dialect.choosesTextIndex ? [] : [...searchAccess(context, filters), ...wordsAccess(context, filters)]),
  ]
}

function columnAccesses(context: FilterContext, filters: readonly Filter[]): Access[] {
  const equal = filters.filter(filter => filter.op === 'eq' && columnRef(context.dialect, context.kind, filter.column).indexed)
  const space = spaceOf(equal)
  const fields = equal.filter(filter => filter.op === 'eq' && typeof filter.column !== 'string')
  if (!space || fields.length === 0) return equal.map(filter => tableAccess(context, filters, [filter]))
  // A declared index begins with the space, so both are one way.
  const others = equal.filter(filter => filter !== space && !fields.includes(filter))
  return [...fields.map(field => [space, field]), ...others.map(filter => [filter])].map(driving =>
    tableAccess(context, filters, driving),
  )
}

function tagAccesses(context: FilterContext, filters: readonly Filter[]): Access[] {
  return filters.flatMap(filter => {
    if (filter.op !== 'tags' || filter.match === 'none') return []
    const tags = [...new Set(filter.tags)]
    if (filter.match === 'any' && tags.length !== 1) return []
    return tags.slice(0, 8).map(tag => {
      const others = tags.filter(other => other !== tag)
      const rest: Filter[] = others.length === 0 ? [] : [{ op: 'tags', match: 'all', tags: others }]
      return tagAccess(context, tag, [...filters.filter(other => other !== filter), ...rest])
    })
  })
}

function tagAccess(context: FilterContext, tag: string, rest: readonly Filter[]): Access {
  const where = sql`t.kind = ${literal(context.kindName)} and t.tag = ${tag}`
  return {
    name: 'tag',
    from: sql`asset_tags t ${context.dialect.orderedJoin} assets a on a.seq = t.seq`,
    where: [where],
    createdAt: raw('t.created_at'),
    id: raw('t.id'),
    context: { ...context, driving: new Set() },
    rest,
    bare: { from: raw('asset_tags t'), where, time: raw('t.created_at'), newest: raw('t.created_at desc') },
  }
}
