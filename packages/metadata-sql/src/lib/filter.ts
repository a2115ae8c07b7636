import type { AssetState, Filter, KindSchema } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { columnRef, comparable } from './columns.ts'
import type { SqlDialect } from './dialect.ts'
import { allOf, anyOf, type Fragment, join, literal, raw, type SqlValue, sql } from './fragment.ts'
import { checkText, fold } from './text.ts'
import { askedWords } from './words.ts'

/** What the compilation of one query shares. */
export interface FilterContext {
  readonly dialect: SqlDialect
  readonly kindName: string
  readonly kind: KindSchema | undefined
  readonly states: readonly AssetState[]
  /** The filters by which rows are reached; an index is chosen by no other. Null: the database chooses. */
  readonly driving: ReadonlySet<Filter> | null
  /** Rows are reached in the order of the list, by an index over its sort. */
  readonly inOrder?: boolean
  /** Rows are reached by a way that is known to be short: texts are looked at one by one. */
  readonly few?: boolean
}

const MAX_FILTER_DEPTH = 100
const MAX_FILTER_PARTS = 5000
const MAX_WORDS = 256

const TRUE = raw('1 = 1')
const FALSE = raw('1 = 0')
const constant = (holds: boolean): Fragment => (holds ? TRUE : FALSE)
const COMPARE = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const
const OPPOSITE = { lt: '>=', lte: '>', gt: '<=', gte: '<' } as const

/** @throws StowageError `invalid_request` for a filter that is too large, or names what lists may not */
export function checkFilter(filter: Filter): void {
  let parts = 0
  let words = 0
  const visit = (node: Filter, depth: number): void => {
    parts += 1 + ('tags' in node ? node.tags.length : 'terms' in node ? node.terms.length : 0)
    if (depth <= MAX_FILTER_DEPTH && parts <= MAX_FILTER_PARTS && node.op === 'words') words += askedWords(node.terms).length
    if (depth > MAX_FILTER_DEPTH || parts > MAX_FILTER_PARTS || words > MAX_WORDS) {
      throw new StowageError('invalid_request', 'The filter is too large: ask for less at once.')
    }
    if (node.op === 'not') visit(node.filter, depth + 1)
    else if (node.op === 'and' || node.op === 'or') for (const child of node.filters) visit(child, depth + 1)
  }
  visit(filter, 0)
}

/**
 * A condition over `assets a`. Negation is pushed down to the comparisons, where null is spoken of; so a comparison that
 * yields null counts as false everywhere, as the two-valued logic of filters wants it.
 */
export function compileFilter(context: FilterContext, filter: Filter, negated = false): Fragment {
  switch (filter.op) {
    case 'all':
      return constant(!negated)
    case 'none':
      return constant(negated)
    case 'not':
      return compileFilter(context, filter.filter, !negated)
    case 'and':
    case 'or': {
      const parts = filter.filters.map(child => compileFilter(context, child, negated))
      return (filter.op === 'and') !== negated ? allOf(parts) : anyOf(parts)
    }
    case 'tags':
      return compileTags(context, filter, negated)
    case 'search':
      return compileSearch(context, filter.terms, negated)
    case 'words':
      return compileWords(context, filter.terms, negated)
    default:
      return compileComparison(context, filter, negated)
  }
}

type Comparison = Extract<Filter, { column: unknown }>

function compileComparison(context: FilterContext, filter: Comparison, negated: boolean): Fragment {
  const column = columnRef(context.dialect, context.kind, filter.column)
  const free = (column.indexed || column.sorted) && context.driving && !context.driving.has(filter)
  const value = free ? context.dialect.unindexed(column.value) : column.value
  const orNull = (condition: Fragment): Fragment => {
    const found = negated && column.nullable ? sql`(${value} is null or ${condition})` : condition
    return free && filter.op === 'eq' ? context.dialect.passing(found) : found
  }
  if (filter.op === 'isNull') return column.nullable ? sql`${value} is ${raw(negated ? 'not null' : 'null')}` : constant(negated)
  if (filter.op === 'in') {
    const values = filter.values.map(item => comparable(column, item)).filter(item => item !== null)
    if (values.length === 0) return constant(negated)
    const found = context.dialect.oneOf(value, values)
    return orNull(negated ? sql`not (${found})` : found)
  }
  const operand: SqlValue = comparable(column, filter.value)
  if (operand === null) return constant(negated)
  if (filter.op === 'eq') return orNull(sql`${value} ${raw(negated ? '<>' : '=')} ${operand}`)
  return orNull(sql`${value} ${raw((negated ? OPPOSITE : COMPARE)[filter.op])} ${operand}`)
}

function compileTags(context: FilterContext, filter: Extract<Filter, { op: 'tags' }>, negated: boolean): Fragment {
  const tags = [...new Set(filter.tags)].map(tag => checkText(tag, 'A tag'))
  const not = (condition: Fragment): Fragment => sql`not (${condition})`
  if (tags.length === 0) return constant((filter.match !== 'any') !== negated)
  if (filter.match === 'all') {
    const each = tags.map(tag => hasAny(context, [tag]))
    return negated ? not(allOf(each)) : allOf(each)
  }
  const some = hasAny(context, tags)
  return (filter.match === 'none') !== negated ? not(some) : some
}

function hasAny({ dialect, states, kindName }: FilterContext, tags: readonly string[]): Fragment {
  const onlyReady = states.length === 1 && states[0] === 'ready'
  if (!onlyReady) return dialect.arrayHasAny(raw('a.tags'), tags)
  // asset_tags holds the ready assets only.
  const same = sql`x.kind = ${literal(kindName)} and x.created_at = a.created_at and x.id = a.id`
  return sql`exists (select 1 from asset_tags x where ${same} and ${dialect.oneOf(raw('x.tag'), tags)} ${dialect.rowByRow})`
}

function compileSearch({ dialect }: FilterContext, terms: readonly string[], negated: boolean): Fragment {
  const all = allOf(foldTerms(terms).map(term => dialect.contains(raw('a.search'), term)))
  return negated ? sql`not (${all})` : all
}

function compileWords({ dialect, kind, kindName }: FilterContext, terms: readonly string[], negated: boolean): Fragment {
  const words = askedWords(terms)
  if (words.length === 0 || !kind) return constant((words.length === 0) !== negated)
  const found = dialect.words.among(kindName, words)
  return negated ? sql`not (${found})` : found
}

/** The same for filters that are asked of the few rows which others leave: texts are then looked at one by one. */
export function compileRest(context: FilterContext, filters: readonly Filter[]): Fragment[] {
  const oneByOne = context.few || !(context.inOrder || context.dialect.choosesTextIndex)
  return filters.map(filter => {
    if (filter.op === 'words' && oneByOne) return hasWords(context, filter.terms)
    const condition = compileFilter(context, filter)
    return filter.op === 'search' && context.few ? context.dialect.passing(condition) : condition
  })
}

function hasWords({ dialect }: FilterContext, terms: readonly string[]): Fragment {
  const words = askedWords(terms)
  if (words.length === 0) return TRUE
  const each = words.map(word => dialect.contains(raw('x.words'), ` ${word} `))
  return sql`exists (select 1 from asset_texts x where x.seq = a.seq and ${allOf(each)} ${dialect.rowByRow})`
}

/** The terms in searched form, without those that every text holds. */
export function foldTerms(terms: readonly string[]): string[] {
  return [...new Set(terms.map(term => fold(checkText(term, 'A search term'))))].filter(term => term !== '')
}

/** `a in (x, y)` in plain text. */
export const listOf = (values: readonly SqlValue[]): Fragment =>
  sql`(${join(
    values.map(value => sql`${value}`),
    ', ',
  )})`
