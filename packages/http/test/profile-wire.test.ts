import { assetApi, bearer, defineProfile, type ProfileOptions, readFields } from '@stowage/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { file, form } from './form.ts'
import { as, notes, openApi } from './open-api.ts'
import { transports } from './transports.ts'

const actors = new Map([
  ['reader', { id: 'alice', scopes: ['read:notes'] }],
  ['writer', { id: 'alice', scopes: ['write:notes'] }],
  ['session', { id: 'alice' }],
])

async function open(profile: Partial<ProfileOptions<'topic' | 'weight'>>) {
  const opened = await openApi({ profile: { authenticate: bearer(actors), ...profile } })
  const server = await (transports[0] as (typeof transports)[number]).open(opened.api)
  onTestFinished(async () => {
    await server.close()
    await opened.close()
  })
  return server.send
}

describe('scopes that a profile demands', () => {
  it('are asked by operation, before what the policy would let anyone do', async () => {
    const send = await open({ scopes: { get: 'read:notes', upload: 'write:notes', delete: 'write:notes' } })
    const upload = (who: string) =>
      send('/notes', { method: 'POST', ...form(file('x')), headers: { ...form(file('x')).headers, ...as(who) } })
    const refused = await upload('reader')
    expect([refused.status, refused.json.code, refused.json.detail]).toEqual([
      403,
      'forbidden',
      'The credential lacks the scope write:notes.',
    ])
    const { json } = await upload('writer')
    const path = `/notes/${json.id}`
    const nobody = await send(path)
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect((await send(path, { headers: as('writer') })).status).toBe(403)
    expect((await send(path, { headers: as('reader') })).status).toBe(200)
    expect((await send(path, { headers: as('session') })).status).toBe(200)
    expect((await send('/notes/none', { headers: as('writer') })).status).toBe(403)
    // What names no scope is the policy's alone.
    expect((await send(`${path}/content`)).status).toBe(200)
    expect((await send(path, { method: 'DELETE', headers: as('reader') })).status).toBe(403)
    expect((await send(path, { method: 'DELETE', headers: as('writer') })).status).toBe(204)
  })

  it('tell the profile which one was missing', async () => {
    const send = await open({
      scopes: { list: 'read:notes' },
      present: { error: ({ status, details }) => ({ status, scope: details.scope }) },
    })
    expect((await send('/notes', { headers: as('writer') })).json).toEqual({ status: 403, scope: 'read:notes' })
  })
})

describe('details and patches of a profile', () => {
  it('may be undefined where nothing was given', async () => {
    const send = await open({
      upload: {
        fields: ['name', 'topic', 'file_name'],
        details: fields => ({
          title: fields.get('name'),
          filename: fields.get('file_name'),
          fields: { topic: fields.get('topic') },
        }),
      },
      update: { patch: ({ name, topic }) => ({ title: name as string | undefined, fields: { topic } }) },
    })
    const { headers, body } = form(file('x'), { name: 'topic', value: 'trees' })
    const { json } = await send('/notes', { method: 'POST', headers: { ...headers, ...as('session') }, body })
    expect(json).toMatchObject({ title: null, filename: 'note.txt', fields: { topic: 'trees' } })
    const patched = await send(`/notes/${json.id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', ...as('session') },
      body: '{"name":"Oaks"}',
    })
    expect([patched.status, patched.json]).toMatchObject([
      200,
      { title: 'Oaks', filename: 'note.txt', fields: { topic: 'trees' } },
    ])
  })

  it('name the member that is wrong, not its index', async () => {
    const send = await open({ present: { error: ({ details }) => ({ field: details.field }) } })
    const { headers, body } = form(file('x'), { name: 'tags', value: 'a' }, { name: 'tags', value: ' ' })
    expect((await send('/notes', { method: 'POST', headers: { ...headers, ...as('session') }, body })).json).toEqual({
      field: 'tags',
    })
  })
})

describe('a profile whose errors look otherwise', () => {
  it('answers paths that are nobody’s in the same shape, where all profiles agree', async () => {
    const { api, stowage, close } = await openApi()
    onTestFinished(close)
    const error = ({ code }: { code: string }) => ({ failed: code })
    const profile = defineProfile(notes, { basePath: '/notes', present: { error } })
    const other = defineProfile(notes, { basePath: '/others', present: { error } })
    const get = async (from: typeof api) => {
      const answer = await from.fetch(new Request('http://localhost/nowhere'))
      return [answer.status, answer.headers.get('content-type'), await answer.json()]
    }
    const own = [404, 'application/json', { failed: 'not_found' }]
    expect(await get(assetApi(stowage, profile))).toEqual(own)
    expect(await get(assetApi(stowage, [profile, other]))).toEqual(own)
    const house = [404, 'application/problem+json', expect.objectContaining({ code: 'not_found' })]
    expect(await get(assetApi(stowage, [profile, defineProfile(notes, { basePath: '/plain' })]))).toEqual(house)
  })
})

describe('one schema', () => {
  it('reads the fields of forms and the members of JSON', async () => {
    const schema = z
      .strictObject({ name: z.string(), weight: z.number(), heavy: z.boolean(), labels: z.array(z.string()) })
      .partial()
    const toDetails = ({ name, weight, labels, heavy }: z.output<typeof schema>) => ({
      title: name,
      fields: { weight },
      tags: labels,
      visibility: heavy ? ('private' as const) : undefined,
    })
    const send = await open({
      upload: {
        fields: Object.keys(schema.shape),
        details: form => toDetails(readFields(form, schema)),
        json: body => toDetails(schema.parse(body)),
      },
    })
    const upload = (...fields: [name: string, value: string][]) => {
      const { headers, body } = form(...fields.map(([name, value]) => ({ name, value })), file('x'))
      return send('/notes', { method: 'POST', headers: { ...headers, ...as('session') }, body })
    }
    const create = (body: string) =>
      send('/notes', { method: 'POST', headers: { 'content-type': 'application/json', ...as('session') }, body })
    const made = { title: 'Oak', fields: { weight: 1.5 }, tags: ['a', 'b'], visibility: 'private' }
    expect(
      (await upload(['name', 'Oak'], ['weight', '1.5'], ['heavy', 'true'], ['labels', 'a'], ['labels', 'b'])).json,
    ).toMatchObject(made)
    expect((await create('{"name":"Oak","weight":1.5,"heavy":true,"labels":["a","b"]}')).json).toMatchObject(made)
    for (const [field, value] of [
      ['weight', 'light'],
      ['heavy', 'yes'],
    ] as const) {
      expect((await upload([field, value])).json).toMatchObject({ status: 422, errors: [{ pointer: `/${field}` }] })
      expect((await create(JSON.stringify({ [field]: value }))).json).toMatchObject({
        status: 422,
        errors: [{ pointer: `/${field}` }],
      })
    }
    expect((await create('{"nope":1}')).status).toBe(400)
    expect((await upload(['nope', '1'])).status).toBe(400)
  })
})
