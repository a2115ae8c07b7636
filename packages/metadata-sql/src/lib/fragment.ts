import { checkText } from './text.ts'

/** What a statement may carry to the database. Booleans travel as 1 and 0. */
export type SqlValue = string | number | null

/** Compiled text with its parameters in order. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

/** A piece of SQL: a NUL in its `text` for each of its `values`, in their order. */
export interface Fragment {
  readonly text: string
  readonly values: readonly SqlValue[]
}

// One string, since joining strings costs little; no statement can hold a NUL of its own.
const PLACE = '\0'

const isFragment = (part: Fragment | SqlValue): part is Fragment => typeof part === 'object' && part !== null

/** Builds a fragment; whatever is interpolated becomes a parameter, unless it is a fragment itself. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Fragment | SqlValue)[]): Fragment {
  let text = strings[0] ?? ''
  const values: SqlValue[] = []
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Fragment | SqlValue
    if (isFragment(part)) {
      text += part.text
      values.push(...part.values)
    } else {
      text += PLACE
      values.push(part)
    }
    text += strings[i + 1] ?? ''
  }
  return { text, values }
}

/** Text as it is. Only for what the program itself wrote. */
export const raw = (text: string): Fragment => ({ text, values: [] })

/**
 * A string inside the text of the statement: what a partial index needs in order to be used.
 * @throws StowageError `unprocessable` for text with NUL or a lone surrogate
 */
export const literal = (text: string): Fragment => raw(`'${checkText(text, 'A literal').replaceAll("'", "''")}'`)

/** Fragments with a separator between them. */
export function join(fragments: readonly Fragment[], separator: string): Fragment {
  let text = ''
  const values: SqlValue[] = []
  for (const [i, fragment] of fragments.entries()) {
    text += i === 0 ? fragment.text : separator + fragment.text
    values.push(...fragment.values)
  }
  return { text, values }
}

/** All of them hold; true when there is none. */
export const allOf = (conditions: readonly Fragment[]): Fragment => balanced(conditions, ' and ', '1 = 1')
/** At least one of them holds; false when there is none. */
export const anyOf = (conditions: readonly Fragment[]): Fragment => balanced(conditions, ' or ', '1 = 0')

/** @throws StowageError `unprocessable` for a parameter that no database stores as it is */
export function compile(fragment: Fragment, placeholder: (position: number) => string): Statement {
  const parts = fragment.text.split(PLACE)
  let text = parts[0] ?? ''
  for (let i = 1; i < parts.length; i++) text += placeholder(i) + parts[i]
  return bind(text, fragment.values)
}

// Shapes of statements are few; whoever makes them up can't fill the memory.
const MAX_TEXTS = 1000

/** {@link compile} for fragments that come again and again with other values. */
export function compiler(placeholder: (position: number) => string): (fragment: Fragment) => Statement {
  const texts = new Map<string, string>()
  return fragment => {
    const known = texts.get(fragment.text)
    if (known !== undefined) return bind(known, fragment.values)
    const statement = compile(fragment, placeholder)
    if (texts.size >= MAX_TEXTS) texts.clear()
    texts.set(fragment.text, statement.sql)
    return statement
  }
}

/** Compiled text with other parameters. @throws StowageError `unprocessable` for one that no database stores as it is */
export function bind(text: string, parameters: readonly SqlValue[]): Statement {
  for (const value of parameters) if (typeof value === 'string') checkText(value, 'A value')
  return { sql: text, parameters }
}

// Databases limit how deep an expression may be, and a chain of `and` is as deep as it is long.
function balanced(conditions: readonly Fragment[], operator: string, none: string): Fragment {
  const [first] = conditions
  if (!first) return raw(none)
  if (conditions.length === 1) return first
  if (conditions.length <= 50) return sql`(${join(conditions, operator)})`
  const half = conditions.length >> 1
  const sides = [balanced(conditions.slice(0, half), operator, none), balanced(conditions.slice(half), operator, none)]
  return sql`(${join(sides, operator)})`
}
