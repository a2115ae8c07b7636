import assert from 'node:assert/strict'
import type { HttpCase } from '../../case.ts'
import { has, hasHeaders, hasStatus, isProblem, sha256 } from '../../expectations.ts'
import { MAX_BYTES, PUBLIC_URL } from '../../world/api.ts'
import { as } from '../../world/world.ts'
import { AT, BYTES, begin, FOX, finish, metadataOf, NONE, offsetOf, patch, tus, VERSION } from './tus.ts'

const REFUSED: readonly (readonly [what: string, headers: Record<string, string>, status: number])[] = [
  ['another type', { 'content-type': 'application/octet-stream' }, 415],
  ['another offset', { 'upload-offset': '1' }, 409],
  ['an offset far beyond', { 'upload-offset': '999999999999' }, 409],
  ['an offset that is none', { 'upload-offset': '-1' }, 400],
  ['an offset with a sign', { 'upload-offset': '+0' }, 400],
  ['another length than before', { 'upload-length': '7' }, 400],
  ['an algorithm that nobody knows', { 'upload-checksum': 'sha9 AAAA' }, 400],
  ['a checksum that is none', { 'upload-checksum': 'sha1 AAAA' }, 400],
]

export const protocolCases: readonly HttpCase[] = [
  {
    row: 'H45',
    title: 'tus: OPTIONS says what is spoken, whatever version it is asked in, and to whom',
    async run(world) {
      for (const headers of [{}, { 'tus-resumable': '0.2.2' }]) {
        const answer = await world.send(AT, { method: 'OPTIONS', headers })
        assert.deepEqual([answer.status, answer.text], [204, ''])
        hasHeaders(answer, {
          'tus-resumable': '1.0.0',
          'tus-version': '1.0.0',
          'tus-extension': 'creation,creation-with-upload,creation-defer-length,checksum,termination,expiration',
          'tus-max-size': String(MAX_BYTES),
          'tus-checksum-algorithm': 'sha256,sha1,md5,crc32',
        })
      }
    },
  },
  {
    row: 'H45',
    title: 'tus: HEAD tells offset, length and what was said of the file, and is kept by no cache',
    async run(world) {
      const said = metadataOf({ filename: 'a.txt', filetype: 'text/plain', mine: 'x' })
      const path = await begin(world, FOX.length, said)
      const length = String(FOX.length)
      const fresh = await tus(world, `HEAD ${path}`)
      assert.deepEqual([fresh.status, fresh.text], [200, ''])
      hasHeaders(fresh, { ...VERSION, ...said, 'upload-offset': '0', 'upload-length': length, 'cache-control': 'no-store' })
      hasHeaders(fresh, { 'upload-defer-length': null, 'stowage-upload-state': 'open' })
      await finish(world, path)
      const done = await tus(world, `HEAD ${path}`)
      hasHeaders(done, { 'upload-offset': length, 'upload-length': length, 'stowage-upload-state': 'done' })
      assert.ok(done.headers['stowage-asset'])
      const none = await tus(world, `HEAD ${NONE}`)
      hasStatus(none, 404)
      hasHeaders(none, { ...VERSION, 'upload-offset': null, 'cache-control': 'no-store' })
    },
  },
  {
    row: 'H45',
    title: 'tus: PATCH moves the offset, and the last one makes the asset and says where it is',
    async run(world) {
      const path = await begin(world)
      const first = await patch(world, path, 0, FOX.slice(0, 10))
      assert.deepEqual([first.status, first.text], [204, ''])
      hasHeaders(first, { ...VERSION, 'upload-offset': '10', 'stowage-asset': null })
      assert.ok(first.headers['upload-expires'])
      assert.deepEqual((await world.send('/notes')).json.items, [])
      const last = await patch(world, path, 10, FOX.slice(10))
      const id = last.headers['stowage-asset']
      hasStatus(last, 204)
      hasHeaders(last, { 'upload-offset': String(FOX.length), 'content-location': `${PUBLIC_URL}/notes/${id}` })
      has((await world.send(`/notes/${id}`)).json, { sha256: sha256(FOX), createdBy: 'alice' })
      assert.equal((await world.send(`/notes/${id}/content`)).text, FOX)
      // Whoever did not get the answer sends the last bytes again.
      hasHeaders(await patch(world, path, FOX.length, ''), { 'stowage-asset': id ?? null })
    },
  },
  ...REFUSED.map(
    ([what, headers, status]): HttpCase => ({
      row: 'H45',
      title: `tus: PATCH with ${what} is ${status} and changes nothing`,
      async run(world) {
        const path = await begin(world)
        const refused = await patch(world, path, 0, FOX, headers)
        isProblem(refused, status)
        hasHeaders(refused, VERSION)
        assert.equal(await offsetOf(world, path), 0)
      },
    }),
  ),
  {
    row: 'H45',
    title: 'tus: PATCH of what is not there is 404, without an offset 400, and with too many bytes 413',
    async run(world) {
      isProblem(await patch(world, NONE, 0, FOX), 404)
      isProblem(await patch(world, `${AT}/..%2F..%2Fetc`, 0, FOX), 404)
      const path = await begin(world)
      isProblem(await tus(world, `PATCH ${path}`, { 'content-type': BYTES }, FOX), 400)
      isProblem(await patch(world, path, 0, FOX.repeat(2)), 413)
    },
  },
  {
    row: 'H45',
    title: 'tus: another version is 412 with the one that is spoken, and nothing is done',
    async run(world) {
      const path = await begin(world)
      for (const version of [{ 'tus-resumable': '0.2.2' }, {}]) {
        const headers = { ...as('alice'), ...version, 'upload-length': '5', 'upload-offset': '0', 'content-type': BYTES }
        for (const [method, at] of [
          ['POST', AT],
          ['HEAD', path],
          ['PATCH', path],
          ['DELETE', path],
        ] as const) {
          const refused = await world.send(at, { method, headers, ...(method === 'PATCH' && { body: FOX }) })
          hasStatus(refused, 412, method)
          hasHeaders(refused, { 'tus-version': '1.0.0', ...VERSION }, method)
        }
      }
      assert.equal(await finish(world, path), FOX)
    },
  },
  {
    row: 'H45',
    title: 'tus: X-HTTP-Method-Override is the method',
    async run(world) {
      const path = await begin(world)
      const as = (method: string) => ({ 'x-http-method-override': method })
      const sent = { ...as('PATCH'), 'content-type': BYTES, 'upload-offset': '0' }
      hasHeaders(await tus(world, `POST ${path}`, sent, FOX.slice(0, 4)), { 'upload-offset': '4' })
      hasHeaders(await tus(world, `POST ${path}`, as('HEAD')), { 'upload-offset': '4' })
      isProblem(await tus(world, `POST ${path}`), 405)
      isProblem(await tus(world, `POST ${path}`, as('PUT')), 405)
      hasStatus(await tus(world, `POST ${path}`, as('DELETE')), 204)
      hasStatus(await tus(world, `HEAD ${path}`), 404)
    },
  },
]
