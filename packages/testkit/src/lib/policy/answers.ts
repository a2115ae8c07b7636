import assert from 'node:assert/strict'
import { type Action, type Actor, type AssetRecord, type Assets, isStowageError, type ListInput, type Space } from '@stowage/core'
import type { Scene } from './harness.ts'
import { needsSpace } from './reference.ts'

/** What a policy refuses with. */
const REFUSALS = ['unauthenticated', 'forbidden', 'not_found'] as const

/** One who asks, and where. */
export interface View {
  readonly actor: Actor | null
  /** Null: across all spaces. */
  readonly space: Space | null
  readonly assets: Assets
  /** The assets that lie here, ready, of the first kind. */
  readonly here: readonly AssetRecord[]
  /** For messages. */
  readonly who: string
}

/** The first actor's views: of each space, and across them. */
export function viewsOf({ world, stowage, records }: Scene): View[] {
  const actor = world.actors[0] ?? null
  return [...world.spaces, null].map(space => ({
    actor,
    space,
    assets: stowage.as(actor).in({ kind: 'first', ...(space && { space }) }),
    here: records.filter(one => one.kind === 'first' && one.state === 'ready' && (space === null || one.space === space.id)),
    who: `${actor ? actor.id : 'anonymous'} in ${space ? `space ${space.id}` : 'no space'}`,
  }))
}

type Refusal = { readonly refused: string; readonly message: string }
type Answer<T> = { readonly value: T; readonly refused?: never } | Refusal

/** What comes of a call: its value, or how it was refused. Any other failure is thrown. */
export async function answerOf<T>(
  call: Promise<T>,
  ...alsoRefusals: ('invalid_request' | 'invalid_cursor')[]
): Promise<Answer<T>> {
  try {
    return { value: await call }
  } catch (error) {
    if (isStowageError(error, ...REFUSALS, ...alsoRefusals)) return { refused: error.code, message: error.message }
    throw error
  }
}

/** The single decision on one asset. */
export async function allowed(scene: Scene, view: View, action: Action, id: string): Promise<boolean> {
  return (await answerOf(view.assets.authorize(action, id), ...whereSpaceIsNeeded(scene, view))).refused === undefined
}

/** Everything in a list, sorted by id; how it was refused where there is none. */
export async function listed(
  scene: Scene,
  view: View,
  input: ListInput = {},
): Promise<{ ids: string[]; refused: string | null }> {
  const answer = await answerOf(view.assets.list({ limit: 1000, ...input }), ...whereSpaceIsNeeded(scene, view))
  if (answer.refused !== undefined) return { ids: [], refused: `${answer.refused}: ${answer.message}` }
  return { ids: answer.value.items.map(({ id }) => String(id)).sort(), refused: null }
}

/** A list across spaces may be refused as such. */
export function whereSpaceIsNeeded({ world }: Scene, { actor, space }: Pick<View, 'actor' | 'space'>): 'invalid_request'[] {
  return space === null && needsSpace(world.policy.rules.list, actor) ? ['invalid_request'] : []
}

/** The ids, of those here, that the single decision lets through. */
export async function decided(scene: Scene, view: View, action: Action): Promise<string[]> {
  const ids: string[] = []
  for (const { id } of view.here) if (await allowed(scene, view, action, id)) ids.push(id)
  return ids.sort()
}

/** @throws AssertionError that says who saw what */
export function same(actual: unknown, expected: unknown, what: string): void {
  assert.deepEqual(actual, expected, `${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}
