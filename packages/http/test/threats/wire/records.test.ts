import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { file, form } from '../../form.ts'
import { alice, openWire, sharedWire, type WireServer } from './wire-server.ts'

const server = sharedWire()
const MERGE = 'application/merge-patch+json'

const patch = (wire: WireServer, id: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  wire.send(`/docs/${id}`, { method: 'PATCH', headers: { ...alice, 'content-type': MERGE, ...headers }, body })

/** Sends the same JSON by every door that takes some. */
async function refusedEverywhere(wire: WireServer, json: string | Uint8Array, ...statuses: number[]): Promise<void> {
  const { id } = await wire.upload('text')
  await wire.refuses(async () => (await patch(wire, id, json)).status, ...statuses)
  const headers = { ...alice, 'content-type': 'application/json' }
  const generate = () => wire.send('/docs/generate', { method: 'POST', headers, body: json })
  await wire.refuses(async () => (await generate()).status, ...statuses, 422)
}

describe('threat 52: JSON as a weapon', () => {
  const deep = (open: string, close: string) => `{"metadata":${open.repeat(100_000)}1${close.repeat(100_000)}}`
  it.each([
    ['100,000 arrays', deep('[', ']')],
    ['40,000 objects', `{"metadata":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`],
    ['100,000 arrays that never close', `{"metadata":${'['.repeat(100_000)}`],
    ['33 levels', `{"metadata":${'{"a":'.repeat(33)}1${'}'.repeat(33)}}`],
    ['a name twice', '{"title":"a","title":"b"}'],
    ['a name twice, once escaped', '{"title":"a","\\u0074itle":"b"}'],
    ['a name twice, deep inside', '{"metadata":{"a":[{"b":1,"b":2}]}}'],
    ['1e400', '{"metadata":{"a":1e400}}'],
    ['-1e400 in a list', '{"metadata":{"a":[1,[-1e400]]}}'],
    ['NaN', '{"metadata":{"a":NaN}}'],
    ['a comment', '{/* */"title":"a"}'],
    ['a comma too many', '{"title":"a",}'],
    ['single quotes', "{'title':'a'}"],
    ['two documents', '{"title":"a"}{"title":"b"}'],
    ['a byte order mark in the middle', '{"title":\ufeff"a"}'],
    ['half a document', '{"title":"a'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong slash', Buffer.from('7b227469746c65223a22c0af227d', 'hex')],
    ['UTF-16', Buffer.from('{"title":"a"}', 'utf16le')],
  ])('%s is 400', async (_, json) => {
    await refusedEverywhere(server(), json, 400)
  })
  it.each(['[]', '"text"', '1', 'null', 'true'])('%s is no object', async json => {
    await refusedEverywhere(server(), json, 422)
  })
  it('300 KB are 413', async () => {
    await refusedEverywhere(server(), JSON.stringify({ title: 'a'.repeat(300_000) }), 413)
  })
  it('strings that no column holds are 422', async () => {
    for (const value of ['a\0b', '\ud800']) {
      for (const member of [{ title: value }, { metadata: { [value]: 1 } }, { tags: [value] }, { fields: { topic: value } }]) {
        const { id } = await server().upload('text')
        await server().refuses(async () => (await patch(server(), id, JSON.stringify(member))).status, 422)
      }
    }
  })
  it('numbers and texts of any shape are kept exactly, or refused', { timeout: 60_000 }, async () => {
    const wire = server()
    const { id } = await wire.upload('text')
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.jsonValue({ maxDepth: 4 })),
        async metadata => {
          const cleared = await patch(wire, id, '{"metadata":null}')
          expect(cleared.status).toBe(200)
          const { status, json } = await patch(wire, id, JSON.stringify({ metadata }))
          expect([200, 400, 422]).toContain(status)
          if (status === 200) expect(json.metadata).toEqual(withoutNulls(metadata))
        },
      ),
      { numRuns: 60, seed: 52 },
    )
  })
})

/** What a merge patch onto nothing leaves. RFC 7396 §2: null removes, also inside of new objects. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return JSON.parse(JSON.stringify(Object.fromEntries(kept.map(([name, inner]) => [name, withoutNulls(inner)]))))
}

describe('threat 71: a patch that changes more than it may', () => {
  it.each([
    '{"__proto__":{"title":"polluted"}}',
    '{"\\u005f_proto__":{"title":"polluted"}}',
    '{"metadata":{"__proto__":{"polluted":true}}}',
    '{"fields":{"__proto__":{"topic":"polluted"}}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"createdBy":"bob"}',
    '{"owner":"bob"}',
    '{"id":"other"}',
    '{"kind":"other"}',
    '{"space":"other"}',
    '{"state":"deleting"}',
    '{"processing":"done"}',
    '{"sizeBytes":1}',
    '{"sha256":"00"}',
    '{"contentType":"text/html"}',
    '{"blobId":"x"}',
    '{"version":99}',
    '{"etag":"x"}',
    '{"createdAt":0}',
    '{"updatedAt":"1970-01-01T00:00:00Z"}',
    '{"uniqueName":"x"}',
    '{"fields":{"unknown":1}}',
    '{"fields":{"constructor":1}}',
    '{"properties":{"width":1}}',
    '{"title":"changed","createdBy":"bob"}',
    '{"toString":"x"}',
    '{"Title":"x"}',
  ])('%s is 400, and all of it stays', async json => {
    const wire = server()
    const { id } = await wire.upload('text')
    await wire.refuses(async () => (await patch(wire, id, json)).status, 400)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it.each([
    '{"visibility":"everyone"}',
    '{"title":{"$ne":1}}',
    '{"title":["a"]}',
    '{"tags":{"0":"a","length":1}}',
    '{"tags":"a"}',
    '{"externalUrl":"https://evil.example"}',
    '{"fields":{"weight":"1"}}',
    '{"fields":"topic"}',
    '{"metadata":[1]}',
    '{"metadata":"x"}',
    '{"visibility":null}',
  ])('%s is 422, and all of it stays', async json => {
    const wire = server()
    const { id } = await wire.upload('text')
    await wire.refuses(async () => (await patch(wire, id, json)).status, 422)
  })

  it('by names nobody knows, whatever they are', { timeout: 60_000 }, async () => {
    const wire = server()
    const { id } = await wire.upload('text')
    const known = ['title', 'description', 'filename', 'visibility', 'slug', 'externalUrl', 'fields', 'metadata', 'tags']
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('size', 'owner', 'ID', 'title ', 'valueOf'),
    )
    await fc.assert(
      fc.asyncProperty(
        name.filter(each => !known.includes(each)),
        fc.jsonValue({ maxDepth: 1 }),
        async (each, value) => {
          const json = `{${JSON.stringify(each)}:${JSON.stringify(value)}}`
          await wire.refuses(async () => (await patch(wire, id, json)).status, 400)
        },
      ),
      { numRuns: 40, seed: 71 },
    )
  })

  it('what a form or a query says of an upload is held to the same', async () => {
    const wire = server()
    for (const name of ['createdBy', 'state', 'id', 'sizeBytes', 'sha256', 'contentType', 'version', 'kind', 'space']) {
      const { headers, body } = form({ name, value: 'x' }, file('text'))
      await wire.refuses(
        async () => (await wire.send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })).status,
        400,
      )
      const raw = { ...alice, 'content-type': 'text/plain' }
      const path = `/docs?filename=a.txt&${name}=x`
      await wire.refuses(async () => (await wire.send(path, { method: 'POST', headers: raw, body: 'x' })).status, 400)
    }
  })
})

describe('threat 72: an update over what was not seen', () => {
  it('with a stale If-Match is 412, whatever it would change', async () => {
    const wire = await openWire()
    const { id } = await wire.upload('first')
    const stale = (await wire.send(`/docs/${id}`)).headers.get('etag') as string
    expect((await patch(wire, id, '{"title":"newer"}', { 'if-match': stale })).status).toBe(200)
    for (const etag of [stale, '"never"', `W/${stale}`, '"a", "b"', 'nonsense', '']) {
      const condition = { 'if-match': etag }
      await wire.refuses(async () => (await patch(wire, id, '{"title":"lost"}', condition)).status, 412, 400)
      const headers = { ...alice, ...condition }
      await wire.refuses(async () => (await wire.send(`/docs/${id}`, { method: 'DELETE', headers })).status, 412, 400)
      const put = { method: 'PUT', headers: { ...headers, 'content-type': 'text/plain' }, body: 'lost' }
      await wire.refuses(async () => (await wire.send(`/docs/${id}/content`, put)).status, 412, 400)
    }
    expect((await wire.send(`/docs/${id}`)).json.title).toBe('newer')
  })

  it('of many at once with the same ETag one wins, and the others learn it', { timeout: 60_000 }, async () => {
    const wire = await openWire()
    const { id } = await wire.upload('first')
    for (let round = 0; round < 5; round++) {
      const seen = (await wire.send(`/docs/${id}`)).headers.get('etag') as string
      const change = (writer: number) => {
        const headers = { 'if-match': seen }
        if (writer % 3 > 0) return patch(wire, id, JSON.stringify({ title: `by ${writer}` }), headers)
        const put = { method: 'PUT', headers: { ...alice, ...headers, 'content-type': 'text/plain' }, body: `by ${writer}` }
        return wire.send(`/docs/${id}/content`, put)
      }
      const statuses = (await Promise.all(Array.from({ length: 12 }, (_, writer) => change(writer)))).map(({ status }) => status)
      expect(statuses.toSorted()).toEqual([200, ...Array<number>(11).fill(412)])
      expect((await wire.send(`/docs/${id}`)).headers.get('etag')).not.toBe(seen)
    }
    const { tables } = await wire.state()
    expect(tables.assets).toHaveLength(1)
    expect(await wire.stowage.sweep()).toMatchObject({ failures: 0 })
  })

  it('without If-Match, changes of different members all survive', async () => {
    const wire = await openWire()
    const { id } = await wire.upload('first')
    const members = Array.from({ length: 10 }, (_, at) => `m${at}`)
    const answers = await Promise.all(members.map(name => patch(wire, id, JSON.stringify({ metadata: { [name]: name } }))))
    expect(answers.map(({ status }) => status)).toEqual(members.map(() => 200))
    expect((await wire.send(`/docs/${id}`)).json.metadata).toEqual(Object.fromEntries(members.map(name => [name, name])))
  })
})
