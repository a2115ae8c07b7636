import type { Row, SqlValue } from '@stowage/metadata-sql'
import { SqlWriteFailure, type WriteStatement } from '@stowage/metadata-sql'
import type { ClientBase } from 'pg'
import { translate } from './errors.ts'
import type { Asked } from './statements.ts'

const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1700])
const asIs = (text: string): SqlValue => text
// Of our own, whatever the pool's owner has set up: JSON stays text, and numbers of any type are numbers.
const types = { getTypeParser: (oid: number) => (NUMBERS.has(oid) ? Number : asIs) as never }

/** A connection; one in pipeline mode sends what it is given at once, and is answered in that order. */
export type Connection = ClientBase & { readonly pipeline?: boolean }

/** A batch's statement, ready to be sent. */
export interface Step extends Asked {
  readonly values: readonly SqlValue[]
  readonly expect: WriteStatement['expect']
}

interface Ran {
  readonly rows: readonly Row[]
  readonly touched: number
}

export async function run(client: Connection, asked: Asked, values: readonly SqlValue[]): Promise<Ran> {
  const { rows, rowCount } = await client.query<SqlValue[]>({ ...asked, values: [...values], rowMode: 'array', types })
  return { rows, touched: rowCount ?? 0 }
}

/**
 * Runs a batch, all or nothing. Where the client sends what it is given at once, a batch goes out whole, and its commit behind it where
 * nothing has to be looked at before.
 * @throws SqlWriteFailure, and what the server said of a statement
 */
export async function runBatch(client: Connection, steps: readonly Step[]): Promise<readonly (readonly Row[])[]> {
  const [only] = steps
  if (steps.length === 1 && only && !isGuarded(only)) return [(await ranStep(client, only, 0)).rows]
  const commits = !steps.some(isGuarded) && client.pipeline
  try {
    const begun = client.query('begin')
    if (!client.pipeline) await begun
    const ran = client.pipeline ? sendAll(client, steps) : runInTurn(client, steps)
    const ended = commits ? client.query('commit') : undefined
    // The first to fail is the one that says why; the others fail with it.
    ended?.catch(() => undefined)
    ran.catch(() => undefined)
    await begun
    const rows = await ran
    await (ended ?? client.query('commit'))
    return rows
  } catch (error) {
    // Where the connection is gone, so is the transaction. Behind a commit there is none, which is only a notice.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

const isGuarded = ({ expect }: Step): boolean => expect === 'one' || expect === 'found'

async function sendAll(client: Connection, steps: readonly Step[]): Promise<readonly (readonly Row[])[]> {
  const sent = steps.map((step, index) => ranStep(client, step, index))
  const settled = await Promise.allSettled(sent)
  const refused = settled.find(outcome => outcome.status === 'rejected')
  if (refused) throw refused.reason
  return settled.map(outcome => (outcome.status === 'fulfilled' ? outcome.value.rows : []))
}

async function runInTurn(client: Connection, steps: readonly Step[]): Promise<readonly (readonly Row[])[]> {
  const rows: (readonly Row[])[] = []
  for (const [index, step] of steps.entries()) rows.push((await ranStep(client, step, index)).rows)
  return rows
}

async function ranStep(client: Connection, step: Step, index: number): Promise<Ran> {
  const { expect, values, ...asked } = step
  const ran = await run(client, asked, values).catch((error: unknown) => {
    throw new StepError(error, index)
  })
  if (isGuarded(step) && ran.touched !== 1) throw new SqlWriteFailure(index, 'guard')
  return expect === 'rows' ? ran : { ...ran, rows: [] }
}

/** Which statement of a batch the server did not like. */
export class StepError extends Error {
  override readonly cause: unknown
  readonly #index: number

  constructor(cause: unknown, index: number) {
    super('A statement failed.', { cause })
    this.cause = cause
    this.#index = index
  }

  translated(): Error {
    return translate(this.cause, this.#index)
  }
}
