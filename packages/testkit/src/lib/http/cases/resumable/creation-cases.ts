import assert from 'node:assert/strict'
import type { HttpCase } from '../../case.ts'
import { has, hasHeaders, hasStatus, isProblem, sha256 } from '../../expectations.ts'
import { MAX_BYTES, PUBLIC_URL } from '../../world/api.ts'
import { as } from '../../world/world.ts'
import { AT, BYTES, begin, FOX, finish, metadataOf, patch, tus } from './tus.ts'

const LENGTH = { 'upload-length': String(FOX.length) }

const REFUSED: readonly (readonly [what: string, headers: Record<string, string>, status: number])[] = [
  ['no length', {}, 400],
  ['both lengths', { ...LENGTH, 'upload-defer-length': '1' }, 400],
  ['a length that is none', { 'upload-length': 'many' }, 400],
  ['a length below nothing', { 'upload-length': '-1' }, 400],
  ['a length in parts of a byte', { 'upload-length': '1.5' }, 400],
  ['a length that is too large', { 'upload-length': String(MAX_BYTES + 1) }, 413],
  ['a length that no file has', { 'upload-length': '9'.repeat(40) }, 400],
  ['a wrong word for later', { 'upload-defer-length': '0' }, 400],
  ['no bytes', { 'upload-length': '0' }, 422],
  ['metadata that is no Base64', { ...LENGTH, 'upload-metadata': 'filename !!' }, 400],
  ['metadata twice', { ...LENGTH, 'upload-metadata': 'title YQ==,title YQ==' }, 400],
  ['metadata without a name', { ...LENGTH, 'upload-metadata': 'title YQ==,' }, 400],
  ['metadata that is no text', { ...LENGTH, 'upload-metadata': 'title gA==' }, 400],
  ['metadata that can’t be', { ...LENGTH, ...metadataOf({ visibility: 'nobody' }) }, 422],
  ['a part of a file that others have the rest of', { ...LENGTH, 'upload-concat': 'partial' }, 400],
]

export const creationCases: readonly HttpCase[] = [
  {
    row: 'H21',
    title: 'tus: a creation is 201 with where the bytes go, whatever host is asked for, and when that ends',
    async run(world) {
      const { status, headers } = await tus(world, `POST ${AT}`, { ...LENGTH, 'x-forwarded-host': 'evil.example' })
      assert.equal(status, 201)
      const [base, id] = [headers.location?.slice(0, -32), headers.location?.slice(-32)]
      assert.equal(base, `${PUBLIC_URL}${AT}/`)
      assert.match(id ?? '', /^[0-9a-f]{32}$/)
      assert.match(headers['upload-expires'] ?? '', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
      assert.ok(Date.parse(headers['upload-expires'] ?? '') > world.clock.now())
      hasHeaders(await tus(world, `HEAD ${AT}/${id}`), { 'upload-offset': '0' })
    },
  },
  ...REFUSED.map(
    ([what, headers, status]): HttpCase => ({
      row: 'H20',
      title: `tus: a creation with ${what} is ${status}`,
      async run(world) {
        const refused = await tus(world, `POST ${AT}`, headers)
        isProblem(refused, status)
        hasHeaders(refused, { location: null, 'tus-resumable': '1.0.0' })
      },
    }),
  ),
  {
    row: 'H21',
    title: 'tus: a creation takes the bytes that come along, and all of them make the asset',
    async run(world) {
      const some = await tus(world, `POST ${AT}`, { ...LENGTH, 'content-type': BYTES }, FOX.slice(0, 7))
      hasStatus(some, 201)
      hasHeaders(some, { 'upload-offset': '7', 'stowage-asset': null })
      assert.equal(await finish(world, new URL(some.headers.location ?? '').pathname), FOX)
      const all = await tus(world, `POST ${AT}`, { ...LENGTH, 'content-type': BYTES }, FOX)
      hasHeaders(all, { 'upload-offset': String(FOX.length), 'upload-expires': null })
      hasStatus(await world.send(`/notes/${all.headers['stowage-asset']}`), 200)
      isProblem(await tus(world, `POST ${AT}`, { ...LENGTH, 'content-type': 'text/plain' }, FOX), 415)
      const none = await tus(world, 'POST /drafts/uploads/resumable', { 'upload-length': '0' })
      hasStatus(none, 201)
      has((await world.send(`/drafts/${none.headers['stowage-asset']}`)).json, { sizeBytes: 0 })
    },
  },
  {
    row: 'H21',
    title: 'tus: what is said of the file is said of the asset, by the names of the form and those of tus',
    async run(world) {
      const said = { name: 'fox.txt', type: 'text/plain', title: 'Über', tags: '["a","b"]', topic: 'near', mine: 'x' }
      const path = await begin(world, FOX.length, metadataOf({ ...said, sha256: sha256(FOX) }))
      const { headers } = await patch(world, path, 0, FOX)
      const asset = (await world.send(`/notes/${headers['stowage-asset']}`)).json
      has(asset, { filename: 'fox.txt', contentType: 'text/plain', title: 'Über', tags: ['a', 'b'], fields: { topic: 'near' } })
      has(asset, { sha256: sha256(FOX), createdBy: 'alice' })
    },
  },
  {
    row: 'H21',
    title: 'tus: the length may come later, once',
    async run(world) {
      const path = await begin(world, null)
      hasHeaders(await tus(world, `HEAD ${path}`), { 'upload-defer-length': '1', 'upload-length': null })
      hasStatus(await patch(world, path, 0, FOX.slice(0, 9)), 204)
      isProblem(await patch(world, path, 9, FOX.slice(9), { 'upload-length': String(MAX_BYTES + 1) }), 413)
      hasStatus(await patch(world, path, 9, FOX.slice(9, 10), LENGTH), 204)
      hasHeaders(await tus(world, `HEAD ${path}`), { 'upload-defer-length': null, 'upload-length': String(FOX.length) })
      isProblem(await patch(world, path, 10, FOX.slice(10), { 'upload-length': '100' }), 400)
      assert.equal(await finish(world, path), FOX)
    },
  },
  {
    row: 'H24',
    title: 'tus: an upload is nobody else’s, in the words for one that never was',
    async run(world) {
      isProblem(await world.send(AT, { method: 'POST', headers: { ...LENGTH, 'tus-resumable': '1.0.0' } }), 401)
      const path = await begin(world)
      const hers = await tus(world, `GET ${path}`, as('bob'))
      isProblem(hers, 404)
      assert.equal(hers.json.detail, (await tus(world, `GET ${AT}/${'0'.repeat(32)}`, as('bob'))).json.detail)
      hasStatus(await tus(world, `HEAD ${path}`, as('bob')), 404)
      isProblem(await patch(world, path, 0, FOX, as('bob')), 404)
      isProblem(await tus(world, `DELETE ${path}`, as('bob')), 404)
      isProblem(await world.send(path, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } }), 401)
      assert.equal(await finish(world, path), FOX)
    },
  },
]
