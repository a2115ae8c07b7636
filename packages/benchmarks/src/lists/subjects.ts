import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { fsStorage } from '@stowage/adapter-fs'
import { type Asset, authenticated, createStowage, type ListInput } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fileKind } from '../metadata/file-kind.ts'
import { BY_ID, statementOf } from './bare-list.ts'
import { database } from './database.ts'
import { idAt, PAGE_ROWS, positionOf, type Question } from './questions.ts'

/** Asks a question the `number`th time. */
export type Asking = (number: number) => Promise<unknown>

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

const POSITIONS = 20
const rule = authenticated
const files = fileKind({ rules: { list: rule, read: rule } })

export async function openSubject(folder: string, rows: number): Promise<Subject> {
  const file = await database(folder, rows)
  const storage = fsStorage({ root: join(folder, 'objects') })
  const stowage = await createStowage({ storage, metadata: sqliteMetadata({ file }), kinds: [files], workers: false })
  const assets = stowage.as({ id: 'alice' })
  const db = new DatabaseSync(file, { readOnly: true })
  const all = (statement: StatementSync, values: readonly (string | number)[]) => async () => statement.all(...values)

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
    get() {
      const byId = db.prepare(BY_ID)
      return {
        stowage: number => assets.get({ id: idAt(number, rows) }),
        bare: async number => byId.get(idAt(number, rows)),
      }
    },
    async list(question) {
      const deep = question.depth === undefined ? [] : await positions(question)
      const statement = db.prepare(statementOf(question.ask(0, rows).bare, deep.length > 0, PAGE_ROWS))
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
          return all(statement, [...question.ask(which, rows).bare.values, ...(from?.after ?? [])])()
        },
      }
    },
    total() {
      const counted = db.prepare(
        "select count(*) from (select 1 from assets where kind = 'file' and state = 'ready' limit 10001)",
      )
      return { stowage: () => assets.list({ limit: 1, total: 'bounded' }), bare: async () => counted.get() }
    },
    async close() {
      db.close()
      await stowage.close()
    },
  }
}
