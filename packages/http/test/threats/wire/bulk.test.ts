import { describe, expect, it } from 'vitest'
import { alice, sharedWire, type WireServer } from './wire-server.ts'

const server = sharedWire()
const uuid = (at: number) => `0192f000-0000-7000-8000-${String(at).padStart(12, '0')}`
const json = { ...alice, 'content-type': 'application/json' }

const bulk = (wire: WireServer, path: string, body: unknown) =>
  wire.send(`/docs/bulk/${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) })

describe('threat 76: one request about more than it may be about', () => {
  it.each([
    ['1,001 ids', (id: string) => [id, ...Array.from({ length: 1000 }, (_, at) => uuid(at))]],
    ['1,001 times the same', (id: string) => Array<string>(1001).fill(id)],
    ['100,000 short ids', (id: string) => [id, ...Array.from({ length: 100_000 }, () => 1)]],
    ['100,000 ids', (id: string) => [id, ...Array.from({ length: 100_000 }, (_, at) => uuid(at))]],
  ])('%s are 400, and nothing is done', async (_name, idsWith) => {
    const wire = server()
    const { id } = await wire.upload('text')
    await wire.refuses(async () => (await bulk(wire, 'delete', { ids: idsWith(id) })).status, 400)
    await wire.refuses(async () => (await bulk(wire, 'tag', { ids: idsWith(id), add: ['x'] })).status, 400)
  })

  it('1,000 ids are done, and the answer has one result for each', { timeout: 60_000 }, async () => {
    const wire = server()
    const [first, last] = [await wire.upload('first'), await wire.upload('last')]
    const ids = [first.id, ...Array.from({ length: 998 }, (_, at) => uuid(at)), last.id]
    const { status, json: told } = await bulk(wire, 'delete', { ids })
    expect([status, told.results.map((result: { id: string }) => result.id)]).toEqual([200, ids])
    expect(told.results.map((result: { status: number }) => result.status)).toEqual([204, ...Array<number>(998).fill(404), 204])
  })

  it.each([
    ['1,001 tags to take away', { remove: Array.from({ length: 1001 }, (_, at) => `t${at}`) }],
    ['101 tags to add', { add: Array.from({ length: 101 }, (_, at) => `t${at}`) }],
    ['a tag of 201 characters', { add: ['x'.repeat(201)] }],
  ])('%s are 422, for one asset and for many', async (_name, change) => {
    const wire = server()
    const { id } = await wire.upload('text')
    await wire.refuses(async () => (await bulk(wire, 'tag', { ids: [id], ...change })).status, 422)
    const patch = { method: 'PATCH', headers: json, body: JSON.stringify({ tags: change }) }
    await wire.refuses(async () => (await wire.send(`/docs/${id}`, patch)).status, 422)
  })
})
