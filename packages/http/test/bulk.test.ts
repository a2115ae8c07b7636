import type { MetadataStore } from '@stowage/core'
import { type ProfileOptions, reply } from '@stowage/http'
import { failBefore, withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { file, form } from './form.ts'
import { as, openApi } from './open-api.ts'
import { sendByFetch } from './transports.ts'

type NoteProfile = Partial<ProfileOptions<'topic' | 'weight'>>
const NEVER = '0192f000-0000-7000-8000-000000000000'
const json = (name: string) => ({ ...as(name), 'content-type': 'application/json' })

async function open(profile: NoteProfile = {}) {
  let faulty: ReturnType<typeof withMetadataFaults<MetadataStore>> | undefined
  const opened = await openApi({
    profile,
    wrapMetadata: store => {
      faulty = withMetadataFaults(store)
      return faulty
    },
  })
  onTestFinished(opened.close)
  const send = (path: string, sent: Parameters<typeof sendByFetch>[2] = {}) => sendByFetch(opened.api, path, sent)
  const upload = async (name = 'alice', ...tags: string[]): Promise<string> => {
    const { headers, body } = form(...tags.map(value => ({ name: 'tags', value })), file('x'))
    const made = await send('/notes', { method: 'POST', headers: { ...as(name), ...headers }, body })
    expect([made.status, made.text]).toEqual([201, expect.anything()])
    return made.json.id
  }
  const bulk = (path: string, body: unknown, headers: Record<string, string> = json('alice')) =>
    send(`/notes/bulk/${path}`, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })
  return { ...opened, metadata: faulty as NonNullable<typeof faulty>, send, upload, bulk }
}

describe('bulk', () => {
  it('deletes, and tells of each what a DELETE would have', async () => {
    const { upload, bulk, send } = await open()
    const [mine, his, twice] = [await upload(), await upload('bob'), await upload()]
    const answer = await bulk('delete', { ids: [mine, twice, 'no-id', his, NEVER, twice, 5] })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
    expect(answer.json.results.map((one: { id: unknown; status: number }) => [one.id, one.status])).toEqual([
      [mine, 204],
      [twice, 204],
      ['no-id', 404],
      [his, 403],
      [NEVER, 404],
      [twice, 204],
      [5, 404],
    ])
    const alone = await send(`/notes/${NEVER}`, { method: 'DELETE', headers: { ...as('alice'), 'x-request-id': 'same' } })
    const again = await bulk('delete', { ids: [mine, NEVER] }, { ...json('alice'), 'x-request-id': 'same' })
    expect(again.json.results).toEqual([
      { id: mine, status: 404, error: alone.json },
      { id: NEVER, status: 404, error: alone.json },
    ])
    expect((await send('/notes')).json.items.map(({ id }: { id: string }) => id)).toEqual([his])
  })

  it('tags, each asset by itself', async () => {
    const { upload, bulk, send } = await open()
    const [a, b] = [await upload('alice', 'old', 'keep'), await upload()]
    const full = await upload('alice', ...Array.from({ length: 100 }, (_, at) => `t${at}`))
    const { json: told } = await bulk('tag', { ids: [a, full, b], add: ['new'], remove: ['old'] })
    expect(told.results.map(({ status }: { status: number }) => status)).toEqual([200, 422, 200])
    expect(told.results[1].error).toMatchObject({ code: 'unprocessable', errors: [{ pointer: '/tags' }] })
    const tagsOf = async (id: string) => (await send(`/notes/${id}`)).json.tags
    expect([await tagsOf(a), await tagsOf(b), (await tagsOf(full)).length]).toEqual([['keep', 'new'], ['new'], 100])
  })

  it.each([
    ['delete', '{}', 422, '/ids'],
    ['delete', '{"ids":"x"}', 422, '/ids'],
    ['delete', '{"ids":[null]}', 422, '/ids/0'],
    ['delete', '{"ids":[],"add":["x"]}', 400, '/add'],
    ['tag', '{"ids":[]}', 422, ''],
    ['tag', '{"ids":[],"add":["a\\u0000"]}', 422, '/add/0'],
    ['tag', '{"ids":[],"add":["a"],"tags":[]}', 400, '/tags'],
    ['tag', '[]', 422, ''],
  ])('%s of %s is %i as a whole', async (path, body, status, pointer) => {
    const { bulk } = await open()
    const answer = await bulk(path, body)
    expect([answer.status, answer.json.errors]).toEqual([status, [expect.objectContaining({ pointer })]])
  })

  it('wants JSON, no If-Match, and somebody who might do it', async () => {
    const { upload, bulk, send } = await open()
    const id = await upload()
    const body = { ids: [id] }
    expect((await bulk('delete', body, { ...as('alice'), 'content-type': 'text/plain' })).status).toBe(415)
    for (const ifMatch of ['*', '"v1"'])
      expect((await bulk('delete', body, { ...json('alice'), 'if-match': ifMatch })).status).toBe(412)
    expect((await bulk('delete', 'nonsense', { 'content-type': 'application/json' })).status).toBe(401)
    expect((await send('/notes/bulk/delete')).status).toBe(405)
    expect((await send(`/notes/${id}`)).status).toBe(200)
  })

  it('is answered, and its failures are, in the shapes of the profile', async () => {
    const { upload, bulk } = await open({
      present: {
        bulk: (results, { operation }) =>
          reply({ operation, done: results.map(({ asset, ...rest }) => ({ ...rest, tags: asset?.tags })) }, { status: 207 }),
        error: ({ code, status }) => reply({ oops: code }, { status: status === 404 ? 410 : status }),
      },
    })
    const id = await upload()
    const answer = await bulk('tag', { ids: [id, NEVER], add: ['x'] })
    expect([answer.status, answer.json]).toEqual([
      207,
      {
        operation: 'bulkTag',
        done: [
          { id, status: 200, tags: ['x'] },
          { id: NEVER, status: 410, error: { oops: 'not_found' } },
        ],
      },
    ])
  })

  it('tells nothing of the inside, and logs what is not the client’s fault, once', async () => {
    const { upload, bulk, metadata, logged } = await open()
    const ids = [await upload(), await upload()]
    metadata.inject({ on: 'commit', fault: failBefore(new Error('secret words')) })
    const answer = await bulk('delete', { ids })
    metadata.heal()
    expect(answer.json.results.map(({ status }: { status: number }) => status)).toEqual([500, 500])
    expect(answer.text).not.toContain('secret')
    expect(logged.filter(({ message }) => message === 'request failed')).toHaveLength(1)
    expect((await bulk('delete', { ids })).json.results.map(({ status }: { status: number }) => status)).toEqual([204, 204])
  })

  it('needs the scope that a profile demands for one, unless it names another', async () => {
    const authenticate = () => ({ id: 'alice', scopes: ['tag'] })
    const { bulk } = await open({ authenticate, scopes: { delete: 'delete', update: 'update', bulkTag: 'tag' } })
    expect((await bulk('delete', { ids: [] })).status).toBe(403)
    expect((await bulk('tag', { ids: [], add: ['x'] })).status).toBe(200)
  })

  it.each<[string, NoteProfile, readonly number[]]>([
    ['by default', {}, [200, 200]],
    ['where single ones must name a version', { update: { requireIfMatch: true } }, [404, 404]],
    ['unless asked for', { update: { requireIfMatch: true }, operations: ['bulkDelete', 'bulkTag'] }, [200, 200]],
    ['without single deletion', { paths: { delete: false } }, [404, 200]],
    ['without updates', { paths: { update: false } }, [200, 404]],
    ['where patches have no tags', { update: { members: ['title'] } }, [200, 404]],
    ['where patches have', { update: { members: ['tags'] } }, [200, 200]],
    ['where patches are of another shape', { update: { patch: () => ({}) } }, [200, 404]],
    ['unless they are named', { update: { patch: () => ({}) }, paths: { bulkTag: 'POST label' } }, [200, 404]],
  ])('is no way round what a profile leaves out: offered %s', async (_name, profile, statuses) => {
    const { bulk, send } = await open(profile)
    const answers = [await bulk('delete', { ids: [] }), await bulk('tag', { ids: [], add: ['x'] })]
    expect(answers.map(({ status }) => status)).toEqual(statuses)
    if (profile.paths?.bulkTag)
      expect(
        (await send('/notes/label', { method: 'POST', headers: json('alice'), body: '{"ids":[],"add":["x"]}' })).status,
      ).toBe(200)
  })
})
