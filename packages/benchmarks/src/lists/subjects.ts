import type { Asset, Assets, ListInput } from '@stowage/core'
import type { BareSql } from './bare-list.ts'
import { idAt, PAGE_ROWS, positionOf, type Question, type Target, type TargetName } from './questions.ts'

/** Asks a question the `number`th time. */
export type Asking = (number: number) => Promise<unknown>

/** A database system, and what the project's targets ask of it. */
export interface Contender {
  readonly targets: Readonly<Record<TargetName, Target>>
  /** A database of so many assets. */
  open(rows: number): Promise<Subject>
  close(): Promise<void>
}

/** One database, which Stowage and bare SQL are asked about. */
export interface Subject {
  readonly rows: number
  get(): Pair
  list(question: Question): Promise<Pair>
  /** Whole number of all, counted to 10,000. */
  total(): Pair
  close(): Promise<void>
}

export interface Pair {
  readonly stowage: Asking
  readonly bare: Asking
}

/** What asks the database without Stowage. */
export interface Bare {
  readonly sql: BareSql
  /** Prepares a statement, and gives what runs it. */
  prepare(sql: string): (values: readonly (string | number)[]) => Promise<unknown>
}

const POSITIONS = 20

export function subjectOf(rows: number, assets: Assets, bare: Bare, close: () => Promise<void>): Subject {
  const lengthOf = async (input: ListInput): Promise<number> =>
    (await assets.list({ ...input, limit: 1, total: 'exact' })).total?.count ?? 0

  /** Deep cursors, and the same positions for bare SQL. */
  const positions = async ({ ask, depth = 0 }: Question) => {
    const found: { cursor: string; after: readonly [number, string] }[] = []
    const lengths = new Map<string, number>()
    for (let number = 0; number < POSITIONS; number++) {
      const { input } = ask(number, rows)
      const key = JSON.stringify(input)
      const length = lengths.get(key) ?? (await lengthOf(input))
      lengths.set(key, length)
      const offset = Math.floor(length * depth) - number
      const { cursor, items } = await assets.list({ ...input, limit: 1, offset })
      if (cursor === null) throw new Error('A list is too short to be looked at in its depth.')
      found.push({ cursor, after: positionOf(items[0] as Asset) })
    }
    return found
  }

  return {
    rows,
    close,
    get() {
      const byId = bare.prepare(bare.sql.byId)
      return {
        stowage: number => assets.get({ id: idAt(number, rows) }),
        bare: number => byId([idAt(number, rows)]),
      }
    },
    async list(question) {
      const deep = question.depth === undefined ? [] : await positions(question)
      const listOf = (number: number) => question.ask(number, rows).bare(bare.sql)
      const statement = bare.prepare(bare.sql.statementOf(listOf(0), deep.length > 0, PAGE_ROWS))
      const at = (number: number) => deep[number % POSITIONS]
      return {
        stowage: number => {
          const from = at(number)
          const which = from ? number % POSITIONS : number
          return assets.list({ ...question.ask(which, rows).input, limit: PAGE_ROWS, ...(from && { cursor: from.cursor }) })
        },
        bare: number => {
          const from = at(number)
          const which = from ? number % POSITIONS : number
          return statement([...listOf(which).values, ...(from?.after ?? [])])
        },
      }
    },
    total() {
      const counted = bare.prepare(bare.sql.total)
      return { stowage: () => assets.list({ limit: 1, total: 'bounded' }), bare: () => counted([]) }
    },
  }
}
