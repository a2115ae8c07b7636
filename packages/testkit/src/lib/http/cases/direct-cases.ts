import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { has, hasHeaders, hasStatus, isProblem, sha256 } from '../expectations.ts'
import type { Answer } from '../wire/answer.ts'
import { PUBLIC_URL, VERIFY_IN_JOB_BYTES } from '../world/api.ts'
import { as, TEXT, type World } from '../world/world.ts'

const UPLOADS = '/notes/uploads'

function post(to: World, path: string, body?: unknown, who = 'alice'): Promise<Answer> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return to.send(path, { method: 'POST', headers: { ...as(who), ...json }, ...sent })
}

async function begin(world: World, text: string, details: object = {}) {
  const answer = await post(world, UPLOADS, { sizeBytes: text.length, contentType: 'text/plain', ...details })
  hasStatus(answer, 201)
  return answer
}

const signs = { signs: true } as const

/** Files that go straight to the storage. */
export const directCases: readonly HttpCase[] = [
  {
    row: 'H21',
    title: 'a direct upload is begun with 201 and Location, and completed with those of its asset, as often as that is asked',
    world: signs,
    async run(world) {
      const begun = await begin(world, TEXT, { filename: 'fox.txt', title: 'The fox', fields: { topic: 'near' } })
      const { id, request } = begun.json
      const path = `${UPLOADS}/${id}`
      hasHeaders(begun, { location: `${PUBLIC_URL}${path}`, 'cache-control': 'private, no-store', etag: null })
      has(begun.json, { method: 'put', state: 'open', partBytes: null, partCount: null, parts: [], asset: null, error: null })
      assert.deepEqual([request.method, request.headers], ['PUT', { 'x-signed': 'yes' }])
      isProblem(await post(world, `${path}/complete`), 409, 'nothing has arrived')
      await world.put(request, TEXT)
      assert.deepEqual((await world.send('/notes')).json.items, [])
      const made = await post(world, `${path}/complete`)
      hasStatus(made, 201)
      hasHeaders(made, {
        location: `${PUBLIC_URL}/notes/${made.json.id}`,
        etag: made.json.etag,
        'cache-control': 'private, no-cache',
      })
      has(made.json, {
        filename: 'fox.txt',
        title: 'The fox',
        fields: { topic: 'near' },
        sha256: sha256(TEXT),
        createdBy: 'alice',
      })
      assert.equal((await world.send(`/notes/${made.json.id}/content`)).text, TEXT)
      assert.deepEqual((await post(world, `${path}/complete`, {})).json, made.json)
      const done = await world.send(path, { headers: as('alice') })
      has(done.json, { state: 'done', request: null, asset: made.json })
      isProblem(await world.send(path, { method: 'DELETE', headers: as('alice') }), 409, 'it is done')
    },
  },
  {
    row: 'H21',
    title: 'a large direct upload is completed with 202 and where to look, until it is verified',
    world: signs,
    async run(world) {
      const large = 'x'.repeat(VERIFY_IN_JOB_BYTES + 1)
      const { id, request } = (await begin(world, large)).json
      const path = `${UPLOADS}/${id}`
      await world.put(request, large)
      const taken = await post(world, `${path}/complete`)
      hasStatus(taken, 202)
      hasHeaders(taken, { location: `${PUBLIC_URL}${path}`, 'retry-after': '1', 'cache-control': 'private, no-store' })
      has(taken.json, { id, state: 'verifying', request: null, asset: null })
      await world.stowage.sweep()
      const { state, asset } = (await world.send(path, { headers: as('alice') })).json
      assert.deepEqual([state, asset.sha256], ['done', sha256(large)])
    },
  },
  {
    row: 'H21',
    title: 'a direct upload that is refused is 422 and has failed; one that is given up is 204 and gone; others are not there',
    world: signs,
    async run(world) {
      const { id, request } = (await begin(world, TEXT, { sha256: sha256('other') })).json
      const path = `${UPLOADS}/${id}`
      await world.put(request, TEXT)
      isProblem(await post(world, `${path}/complete`), 422)
      const failed = (await world.send(path, { headers: as('alice') })).json
      assert.deepEqual([failed.state, failed.request, typeof failed.error], ['failed', null, 'string'])
      const open = `${UPLOADS}/${(await begin(world, TEXT)).json.id}`
      const [hers, never] = [
        await world.send(open, { headers: as('bob') }),
        await world.send(`${UPLOADS}/${'0'.repeat(32)}`, { headers: as('bob') }),
      ]
      isProblem(hers, 404)
      assert.equal(hers.json.detail, never.json.detail)
      isProblem(await world.send(open), 401)
      const gone = await world.send(open, { method: 'DELETE', headers: as('alice') })
      assert.deepEqual([gone.status, gone.text], [204, ''])
      isProblem(await world.send(open, { method: 'DELETE', headers: as('alice') }), 404)
      assert.equal(await world.objects(), 0)
      assert.deepEqual((await world.send('/notes')).json.items, [])
    },
  },
  {
    row: 'H21',
    title: 'a direct upload in parts says which it has; each is sent by a request that it signs, and all are joined',
    world: signs,
    async run(world) {
      const begun = await begin(world, TEXT, { method: 'multipart', filename: 'fox.txt' })
      const { id, partBytes, partCount } = begun.json
      has(begun.json, { method: 'multipart', state: 'open', request: null, parts: [] })
      assert.deepEqual([partBytes >= TEXT.length, partCount], [true, 1])
      const path = `${UPLOADS}/${id}`
      const none = await post(world, `${path}/complete`)
      isProblem(none, 409)
      isProblem(await post(world, `${path}/parts`, { partNumbers: [2] }), 422)
      isProblem(await post(world, `${path}/parts`, { partNumbers: [] }), 422)
      const signed = await post(world, `${path}/parts`, { partNumbers: [1] })
      hasStatus(signed, 200)
      hasHeaders(signed, { 'cache-control': 'private, no-store' })
      const [part] = signed.json.parts
      assert.deepEqual(
        [signed.json.parts.length, part.partNumber, part.request.method, part.request.headers],
        [1, 1, 'PUT', { 'x-signed': 'yes' }],
      )
      await world.put(part.request, TEXT)
      const { parts } = (await world.send(path, { headers: as('alice') })).json
      assert.deepEqual([parts.length, parts[0].partNumber, parts[0].sizeBytes], [1, 1, TEXT.length])
      isProblem(await post(world, `${path}/complete`, { parts: [{ partNumber: 1, etag: '"other"' }] }), 422)
      const made = await post(world, `${path}/complete`, { parts: [{ partNumber: 1, etag: parts[0].etag }] })
      hasStatus(made, 201)
      assert.equal((await world.send(`/notes/${made.json.id}/content`)).text, TEXT)
      isProblem(await post(world, `${path}/parts`, { partNumbers: [1] }), 409)
    },
  },
  {
    row: 'H19',
    title: 'what begins a direct upload must be JSON of known members that can be meant',
    world: signs,
    async run(world) {
      isProblem(await world.send(UPLOADS, { method: 'POST', headers: as('alice'), body: 'x' }), 415)
      isProblem(await post(world, UPLOADS, { sizeBytes: 5, size: 5 }), 400)
      isProblem(await post(world, UPLOADS, { sizeBytes: 5, fields: { colour: 'red' } }), 400)
      isProblem(await post(world, UPLOADS, {}), 422)
      isProblem(await post(world, UPLOADS, { sizeBytes: 1_000_001 }), 413)
      isProblem(await post(world, UPLOADS, { sizeBytes: 5, method: 'post' }), 422)
      const { id } = (await begin(world, TEXT)).json
      isProblem(await post(world, `${UPLOADS}/${id}/parts`, { partNumbers: [1] }), 409)
      isProblem(await post(world, `${UPLOADS}/${id}/complete`, { part: [] }), 400)
      assert.equal(await world.objects(), 0)
    },
  },
  {
    row: 'H21',
    title: 'without a storage that signs uploads their paths are not there; where they are asked for, they say so with 501',
    async run(world) {
      isProblem(await post(world, `${UPLOADS}/${'0'.repeat(32)}/complete`), 404)
      isProblem(await post(world, '/direct/uploads', { sizeBytes: 5 }), 501)
    },
  },
]
