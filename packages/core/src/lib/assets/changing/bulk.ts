import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { AssetId } from '../../kinds/kind.ts'
import { notFound } from '../../policy/guard.ts'
import { type Issue, invalid } from '../details/details.ts'

const MAX_ASSETS = 1000
/** So many commits come at once that a store can group them; no database is flooded. */
const AT_ONCE = 32

/** What became of the work on one asset. */
export type Outcome<T> =
  | { readonly id: AssetId; readonly value: T; readonly error?: never }
  | { readonly id: AssetId; readonly error: StowageError; readonly value?: never }

interface ManyWork<T> {
  /** Null: nothing can have this id. */
  readonly storedId: (id: AssetId) => string | null
  readonly work: (id: AssetId) => Promise<T>
}

/**
 * Does the same to many assets, each by itself, some at a time. An asset that is named twice is worked on once.
 * @returns in the order of `ids`
 * @throws StowageError `invalid_request` for more than 1000, `unprocessable` for what is no id; then nothing was done
 */
export async function forMany<T>(ids: readonly AssetId[], { storedId, work }: ManyWork<T>): Promise<readonly Outcome<T>[]> {
  checkIds(ids)
  const names = ids.map(storedId)
  const first = new Map<string, AssetId>()
  for (const [at, name] of names.entries()) if (name !== null && !first.has(name)) first.set(name, ids[at] as AssetId)
  const done = new Map<string, Done<T>>()
  const queue = first.entries()
  const worker = async (): Promise<void> => {
    for (const [name, id] of queue) done.set(name, await outcomeOf(() => work(id)))
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, first.size) }, worker))
  return ids.map((id, at) => ({ id, ...((done.get(names[at] ?? '') as Done<T> | undefined) ?? { error: notFound() }) }))
}

type Done<T> = { readonly value: T; readonly error?: never } | { readonly error: StowageError; readonly value?: never }

async function outcomeOf<T>(work: () => Promise<T>): Promise<Done<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: isStowageError(error) ? error : new StowageError('internal', 'An unexpected error.', { cause: error }) }
  }
}

function checkIds(ids: readonly unknown[]): void {
  if (!Array.isArray(ids)) throw invalid([{ pointer: '/ids', message: 'must be an array of ids' }])
  if (ids.length > MAX_ASSETS)
    throw new StowageError('invalid_request', `At most ${MAX_ASSETS} assets can be named at once, not ${ids.length}.`)
  const issues: Issue[] = []
  for (const [at, id] of ids.entries())
    if (typeof id !== 'string' && typeof id !== 'number')
      issues.push({ pointer: `/ids/${at}`, message: 'must be a string or a number' })
  if (issues.length > 0) throw invalid(issues.slice(0, 20))
}
