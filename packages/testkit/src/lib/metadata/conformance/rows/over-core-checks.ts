import assert from 'node:assert/strict'
import type { AssetPage, Filter, MetadataStore } from '@stowage/core'
import { failsWith } from '../expectations.ts'
import { stowageOver } from '../over-core.ts'
import { asset, idOf, insert } from '../records.ts'

const TAGGED: Filter = { op: 'tags', match: 'any', tags: ['t'] }

/** Limits at their edges, a last page that is exactly full, and totals, as callers of the service see them. */
export async function pagesOverCore(store: MetadataStore): Promise<void> {
  await insert(store, ...Array.from({ length: 12 }, (_, i) => asset(200 + i, { tags: ['t'], fields: { score: i % 3 } })))
  const files = (await stowageOver(store)).as({ id: 'user' })
  for (const limit of [0, -1, 1.5, 1001]) await failsWith(files.list({ limit }), 'invalid_request')
  await failsWith(files.list({ offset: -1 }), 'invalid_request')
  const first = await files.list({ filter: TAGGED, limit: 6, total: 'exact' })
  assert.ok(first.cursor)
  await failsWith(files.list({ filter: TAGGED, limit: 6, cursor: first.cursor, offset: 6 }), 'invalid_request')
  const last = await files.list({ filter: TAGGED, limit: 6, cursor: first.cursor })
  assert.deepEqual([last.items.length, last.cursor], [6, null])
  assert.deepEqual(idsIn(await files.list({ filter: TAGGED, limit: 6, offset: 6 })), idsIn(last))
  assert.deepEqual(idsIn(await files.list({ filter: TAGGED, offset: 12 })), [])
  for (const sort of [
    { column: { field: 'score' }, direction: 'asc' },
    { column: 'createdAt', direction: 'desc' },
  ] as const) {
    const whole = await files.list({ filter: TAGGED, sort, limit: 1000, total: 'bounded' })
    assert.deepEqual([whole.items.length, whole.total, whole.cursor], [12, { count: 12, exact: true }, null])
    const paged: unknown[] = []
    for (let cursor: string | null = '', page: AssetPage; cursor !== null; cursor = page.cursor) {
      page = await files.list({ filter: TAGGED, sort, limit: 5, ...(cursor && { cursor }) })
      paged.push(...idsIn(page))
    }
    assert.deepEqual(paged, idsIn(whole))
  }
}

const idsIn = (page: AssetPage): unknown[] => page.items.map(({ id }) => id)

/** A tombstone, as callers of the service see it: by id, in lists, searches, counts and usage. */
export async function deletedOverCore(store: MetadataStore): Promise<void> {
  await insert(store, asset(300, { title: 'unwanted', tags: ['t'], sizeBytes: 5 }))
  await store.commit([{ op: 'addUsage', kind: 'file', space: 's', bytes: 5, count: 1 }])
  const files = (await stowageOver(store)).as({ id: 'user' })
  await files.delete(idOf(300))
  const calls = [
    () => files.get({ id: idOf(300) }),
    () => files.update(idOf(300), { title: 'x' }),
    () => files.delete(idOf(300)),
    () => files.content({ id: idOf(300) }),
  ]
  for (const call of calls) await failsWith(call(), 'not_found')
  for (const input of [
    { search: 'unwanted' },
    { filter: TAGGED },
    { filter: { op: 'eq', column: 'id', value: idOf(300) } },
  ] as const) {
    const page = await files.list({ ...input, total: 'exact' })
    assert.deepEqual([page.items, page.total], [[], { count: 0, exact: true }])
  }
  assert.deepEqual(await store.getUsage('file', 's'), { bytes: 0, count: 0 })
}
