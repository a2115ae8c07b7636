import {
  assetApi,
  columnFilter,
  defineProfile,
  offsetPaging,
  type ProfileOptions,
  pagePaging,
  reply,
  tagsFilter,
} from '@stowage/http'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { type FormPart, file, form } from './form.ts'
import { as, notes, openApi } from './open-api.ts'
import { type Send, transports } from './transports.ts'

type NoteProfile = Partial<ProfileOptions<'topic' | 'weight'>>

async function open(profile: NoteProfile): Promise<{ send: Send; post: Send; opened: Awaited<ReturnType<typeof openApi>> }> {
  const opened = await openApi({ profile })
  const server = await (transports[0] as (typeof transports)[number]).open(opened.api)
  onTestFinished(async () => {
    await server.close()
    await opened.close()
  })
  const post: Send = (path, sent) => server.send(path, { method: 'POST', ...sent, headers: { ...as('alice'), ...sent?.headers } })
  return { send: server.send, post, opened }
}
const uploaded = (post: Send, ...parts: readonly FormPart[]) => {
  const { headers, body } = form(...parts)
  return post('/notes', { headers, body })
}

describe('a profile', () => {
  it('names paths, fields, filters and shapes as a product wants them', async () => {
    const { send, post } = await open({
      paths: { upload: 'POST /v1/add', list: 'GET /v1/mine', get: 'GET /v1/one/:id', content: false, delete: false },
      upload: {
        fileField: 'picture',
        fields: ['name', 'tags[]'],
        details: form => ({ title: form.get('name') ?? null, tags: form.all('tags[]') }),
      },
      list: {
        filter: { labels: tagsFilter('all', { separator: ',' }), size: columnFilter('sizeBytes') },
        paging: offsetPaging(),
        sort: { columns: { created: 'createdAt', name: 'title' }, default: '-created', orderParam: 'order' },
        search: false,
        total: 'exact',
      },
      present: {
        asset: (asset, { operation }) =>
          reply(
            { asset_id: asset.id, name: asset.title },
            operation === 'upload' ? { status: 202, headers: { 'X-Mine': '1' } } : {},
          ),
        page: ({ items, total, limit, offset, cursor }) => ({
          assets: items,
          total: total?.count,
          limit,
          offset,
          has_more: cursor !== null,
        }),
        error: ({ code, message, details }) => ({ error: { code, message, field: details.field } }),
      },
    })
    const { headers, body } = form(
      { name: 'name', value: 'One' },
      { name: 'tags[]', value: 'a' },
      { name: 'picture', value: 'x', filename: 'x.txt' },
      { name: 'tags[]', value: 'b' },
    )
    const made = await post('/v1/add', { headers, body })
    expect([made.status, made.headers.get('x-mine'), Object.keys(made.json)]).toEqual([202, '1', ['asset_id', 'name']])
    expect((await send(`/v1/one/${made.json.asset_id}`)).json).toEqual({ asset_id: made.json.asset_id, name: 'One' })
    expect((await send('/v1/mine?labels=a,b&size=1')).json).toEqual({
      assets: [made.json],
      total: 1,
      limit: 20,
      offset: 0,
      has_more: false,
    })
    expect((await send('/v1/mine?labels=a,c&sort=name&order=asc')).json.total).toBe(0)
    for (const path of ['/v1/mine?topic=x', '/v1/mine?search=x', '/v1/mine?sort=-created'])
      expect((await send(path)).status).toBe(400)
    expect((await send('/v1/mine?order=up')).json.error).toEqual({
      code: 'invalid_request',
      message: '"order" must be asc or desc.',
      field: 'order',
    })
    expect((await send(`/notes/${made.json.asset_id}`, { method: 'DELETE', headers: as('alice') })).status).toBe(405)
  })

  it('that cannot work is refused when the api is made', async () => {
    const { opened } = await open({})
    const make = (options: NoteProfile) => () => assetApi(opened.stowage, defineProfile(notes, { basePath: '/n', ...options }))
    expect(make({ paths: { get: 'FETCH :id' } })).toThrow('paths.get')
    expect(make({ operations: ['list'], paths: { get: 'GET :id' } })).toThrow('paths.get')
    expect(make({ paths: { get: 'GET thing' } })).toThrow('must name the asset')
    expect(make({ paths: { derivative: 'GET :id/thumb/:name' } })).toThrow('declares no derivatives')
    expect(make({ operations: ['get', 'derivative'] })).toThrow('declares no derivatives')
    const drawn = defineProfile(
      { ...notes, processing: { derivatives: { thumb: { width: 9 } } } },
      { basePath: '/d', paths: { derivative: 'GET :id/thumb' } },
    )
    expect(() => assetApi(opened.stowage, drawn)).toThrow('must have the parameter :name')
    expect(make({ paths: { list: 'GET x', content: 'GET x/:id', get: 'GET x/:filename' } })).toThrow('Two operations')
    expect(make({ basePath: 'n' })).toThrow('slash')
    expect(make({ publicUrl: 'example.com' })).toThrow('publicUrl')
    expect(make({ cors: { origins: '*', credentials: true } })).toThrow('credentials')
    expect(make({ list: { paging: pagePaging({ pageParam: 'topic' }) } })).toThrow('two things')
    expectTypeOf(defineProfile<typeof notes>)
      .parameter(1)
      .toHaveProperty('basePath')
  })

  it('that links to pictures which are not declared fails as a mistake of the server', async () => {
    for (const mistake of ['derivativeUrl', 'linkUrl'] as const) {
      const { post, opened } = await open({
        present: {
          asset: (asset, context) =>
            mistake === 'linkUrl' ? context.linkUrl(asset, { derivative: 'none' }) : context.derivativeUrl(asset, 'none'),
        },
      })
      const answer = await uploaded(post, file('x'))
      expect([answer.status, answer.json.code]).toEqual([500, 'internal'])
      expect(JSON.stringify(opened.logged)).toContain('present: no link can be made')
    }
  })

  it('may link to the bytes in every answer, without credentials', async () => {
    const { post, send } = await open({
      present: { asset: (asset, { linkUrl }) => ({ url: linkUrl(asset), lasting: linkUrl(asset, { expiresInSeconds: null }) }) },
    })
    const { json } = await uploaded(post, file('the bytes'))
    for (const url of [json.url, json.lasting]) {
      expect(url).toMatch(/^https:\/\/assets\.example\.com\/notes\/links\//)
      expect((await send(new URL(url).pathname)).text).toBe('the bytes')
    }
  })

  it('may refuse by rate before the body is read', async () => {
    const { post } = await open({ limit: ({ operation }) => (operation === 'upload' ? { retryAfterSeconds: 7 } : null) })
    const answer = await uploaded(post, file('x'))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
  })

  it('whose space hook fails or hangs refuses, without data', async () => {
    const { send } = await open({
      space: () => {
        throw new Error('at /var/db/secret')
      },
    })
    const answer = await send('/notes')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    expect(answer.text).not.toContain('secret')
  })

  it('demands If-Match where it says so', async () => {
    const { send, post } = await open({ update: { requireIfMatch: true, members: ['title'] } })
    const { json, headers } = await uploaded(post, file('x'))
    const patch = (body: string, extra = {}) =>
      send(`/notes/${json.id}`, {
        method: 'PATCH',
        headers: { ...as('alice'), 'content-type': 'application/json', ...extra },
        body,
      })
    expect((await patch('{"title":"a"}')).status).toBe(428)
    const match = { 'if-match': headers.get('etag') as string }
    expect((await patch('{"description":"a"}', match)).status).toBe(400)
    expect((await patch('{"title":"a"}', match)).status).toBe(200)
  })

  it('lets the origins that it names use it, also where it refuses', async () => {
    const { send } = await open({ cors: { origins: ['https://app.example.com'], credentials: true } })
    const from = (origin: string) => ({ origin, 'access-control-request-method': 'POST' })
    const preflight = await send('/notes', { method: 'OPTIONS', headers: from('https://app.example.com') })
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST, GET, HEAD, OPTIONS')
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true')
    expect(
      (await send('/notes', { method: 'OPTIONS', headers: from('https://evil.example') })).headers.get(
        'access-control-allow-methods',
      ),
    ).toBe(null)
    const refused = await send('/notes/none', { headers: { origin: 'https://app.example.com' } })
    expect([refused.status, refused.headers.get('access-control-allow-origin'), refused.headers.get('vary')]).toEqual([
      404,
      'https://app.example.com',
      'Accept, Origin',
    ])
    expect(refused.headers.get('access-control-expose-headers')).toContain('ETag')
    expect((await send('/notes')).headers.get('vary')).toBe('Accept, Origin')
  })

  it('gives links that end with their time, and only at most a week away', async () => {
    const { send, post } = await open({ link: { expiresInSeconds: 60 } })
    const { json } = await uploaded(post, file('x'))
    const link = (body?: string) =>
      post(`/notes/${json.id}/link`, { headers: { 'content-type': 'application/json' }, ...(body !== undefined && { body }) })
    const made = await link()
    expect(Date.parse(made.json.expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    expect((await send(new URL(made.json.url).pathname)).text).toBe('x')
    for (const body of ['{"expiresInSeconds":0}', '{"expiresInSeconds":604801}', '{"expiresInSeconds":"1"}', '{"x":1}'])
      expect((await link(body)).status).toBeGreaterThanOrEqual(400)
    expect(
      (await post('/notes/generate', { headers: { 'content-type': 'application/json' }, body: '{"prompt":"x"}' })).status,
    ).toBe(501)
  })
})
