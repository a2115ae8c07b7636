import assert from 'node:assert/strict'
import {
  type AssetQuery,
  type AssetRecord,
  isStowageError,
  type MetadataStore,
  type StowageErrorCode,
} from '@stowage/core/contracts'

/** The error, which must be a StowageError of one of `codes`. */
export async function failsWith(promise: Promise<unknown>, ...codes: StowageErrorCode[]) {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  )
  assert.ok(outcome !== null, `expected ${codes.join(' or ')}, but the call succeeded`)
  assert.ok(isStowageError(outcome, ...codes), `expected ${codes.join(' or ')}, got ${String(outcome)}`)
  return outcome
}

/** How many of the promises succeeded; the others failed with one of `codes`. */
export async function winners(promises: readonly Promise<unknown>[], ...codes: StowageErrorCode[]): Promise<number> {
  const outcomes = await Promise.allSettled(promises)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.ok(isStowageError(outcome.reason, ...codes), String(outcome.reason))
  }
  return outcomes.filter(({ status }) => status === 'fulfilled').length
}

/** Everything in a list, page by page from positions, with `between` called after each page. */
export async function allPages(
  store: MetadataStore,
  asked: AssetQuery,
  placeOf: (asset: AssetRecord) => string | number | boolean | null,
  between: (page: readonly AssetRecord[]) => Promise<void> = async () => undefined,
): Promise<AssetRecord[]> {
  const found: AssetRecord[] = []
  for (let after = asked.after; ; ) {
    const page = await store.list({ ...asked, ...(after && { after }) })
    found.push(...page)
    const last = page.at(-1)
    if (!last || page.length < asked.limit) return found
    after = { value: placeOf(last), id: last.id }
    await between(page)
  }
}
