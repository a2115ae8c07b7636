import { StowageError } from '@stowage/core/contracts'
import { type Fragment, join, literal, raw, type SearchMatches, type SqlDialect, type SqlValue, sql } from '@stowage/metadata-sql'
import { identifier } from './identifiers.ts'
import { arrayWords } from './words.ts'

/** Assets of one creation time that are told apart by when they were inserted. */
const SEQ_BITS = 20
const MAX_PLACEHOLDERS = 20

/** PostgreSQL's way of saying things. Text is compared by its bytes, as everywhere in Stowage. */
export function postgresDialect(schema: string): SqlDialect {
  return {
    placeholder: position => `$${position}`,
    field(column, name, type) {
      const text = sql`(${column} ->> ${literal(name)})`
      if (type === 'number') return sql`(${text}::float8)`
      if (type === 'boolean') return sql`(case ${text} when 'true' then 1 when 'false' then 0 end)`
      return sql`(${text} collate "C")`
    },
    unindexed: value => value,
    // Of what is inside, PostgreSQL expects that it holds for every other row.
    passing: condition => sql`coalesce(${condition}, false)`,
    rowByRow: raw('offset 0'),
    contains: (text, part) => sql`${text} like ${`%${part.replace(/[\\%_]/g, '\\$&')}%`}`,
    oneOf,
    arrayHasAny: (column, values) =>
      sql`exists (select 1 from json_array_elements_text(${column}) x(value) where ${oneOf(raw('x.value collate "C"'), values)})`,
    elements: (column, alias) =>
      sql`lateral (select value collate "C" as value from json_array_elements_text(${column}) v(value)) ${raw(alias)}`,
    pairs: (json, alias) =>
      sql`(select (value ->> 0) collate "C" as name, (value ->> 1)::int8 as number from json_array_elements(${json}) p(value)) ${raw(alias)}`,
    orderedJoin: raw('join'),
    choosesTextIndex: true,
    greater: (a, b) => sql`greatest(${a}, ${b})`,
    ordersNulls: true,
    nullsLast: direction => raw(direction === 'desc' ? 'nulls last' : ''),
    skipLocked: raw('for update skip locked'),
    keepRows: raw('for no key update'),
    exclusive: name => sql`select pg_advisory_xact_lock(hashtextextended(${`${schema} ${name}`}, 0))`,
    nextSeq(createdAt) {
      if (createdAt < 0 || createdAt >= 2 ** 43) throw new StowageError('unprocessable', 'createdAt is out of range.')
      const number = literal(`${identifier(schema)}.asset_numbers`)
      return sql`((${createdAt} << ${raw(String(SEQ_BITS))}) | (nextval(${number}) & ${raw(String(2 ** SEQ_BITS - 1))}))`
    },
    search: { minTermLength: 3, add: () => [], remove: () => [], matches: substrings },
    words: arrayWords,
  }
}

function oneOf(value: Fragment, values: readonly SqlValue[]): Fragment {
  if (values.length === 0) return raw('1 = 0')
  if (values.length <= MAX_PLACEHOLDERS) {
    const places = values.map(item => sql`${item}`)
    return sql`${value} in (${join(places, ', ')})`
  }
  const list = sql`json_array_elements_text(${JSON.stringify(values)}) l(value)`
  const item = typeof values[0] === 'number' ? raw('value::numeric') : raw('value collate "C"')
  return sql`${value} = any (array(select ${item} from ${list}))`
}

/** By the trigrams of what is searched. */
function substrings(kind: string, terms: readonly string[]): SearchMatches {
  const found = terms.map(term => sql`a.search like ${`%${term.replace(/[\\%_]/g, '\\$&')}%`}`)
  const where = join([sql`a.kind = ${literal(kind)}`, raw("a.state = 'ready'"), ...found], ' and ')
  return { hits: raw('assets a'), from: raw('assets a'), where }
}
