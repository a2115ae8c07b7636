import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { HttpCase } from '../../case.ts'
import { hasHeaders, hasStatus, isProblem, sha256 } from '../../expectations.ts'
import { as } from '../../world/world.ts'
import { AT, BYTES, begin, FOX, finish, metadataOf, NONE, offsetOf, patch, tus, VERSION } from './tus.ts'

const digest = (algorithm: string): string => createHash(algorithm).update(FOX).digest('base64')

function crc(): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(FOX))
  return bytes.toString('base64')
}

/** Who writes an upload, and how it ends. */
export const lifetimeCases: readonly HttpCase[] = [
  {
    row: 'H45',
    title: 'tus: a broken request has brought what came of it; a newer one takes over from one that stands still',
    socketOnly: true,
    async run(world) {
      for (const goes of [true, false]) {
        const path = await begin(world)
        const socket = world.socket()
        const lines = [`Content-Type: ${BYTES}`, 'Upload-Offset: 0', `Content-Length: ${FOX.length}`, 'Expect: 100-continue']
        const who = ['Host: x', 'Authorization: Bearer alice', 'Tus-Resumable: 1.0.0']
        socket.write(`PATCH ${path} HTTP/1.1\r\n${[...who, ...lines].join('\r\n')}\r\n\r\n`)
        await socket.until('100 Continue')
        socket.write(FOX.slice(0, 12))
        if (goes) {
          socket.end()
          await socket.ended
        }
        // What was told is true from then on: nobody else moves it.
        const offsetBytes = await offsetOf(world, path)
        assert.ok(goes ? offsetBytes === 12 : offsetBytes === 12 || offsetBytes === 0)
        if (!goes) {
          await socket.until('409 Conflict')
          socket.write(FOX.slice(12))
        }
        assert.equal(await offsetOf(world, path), offsetBytes)
        assert.equal(await finish(world, path), FOX)
      }
    },
  },
  {
    row: 'H45',
    title: 'tus: of two requests with the same bytes one makes the asset, and there is one object',
    async run(world) {
      const path = await begin(world)
      await patch(world, path, 0, FOX.slice(0, 10))
      const both = await Promise.all([FOX, FOX.toUpperCase()].map(text => patch(world, path, 10, text.slice(10))))
      assert.ok(both.some(({ status }) => status === 204))
      assert.ok(both.every(({ status }) => status === 204 || status === 409))
      assert.equal(await world.objects(), 1)
      assert.equal((await world.send('/notes')).json.items.length, 1)
    },
  },
  ...[
    ['sha1', digest('sha1')],
    ['sha256', digest('sha256')],
    ['md5', digest('md5')],
    ['crc32', crc()],
  ].map(
    ([algorithm, value]): HttpCase => ({
      row: 'H45',
      title: `tus: a checksum by ${algorithm} holds, or the request is 460 and nothing of it is kept`,
      async run(world) {
        const path = await begin(world)
        const checksum = { 'upload-checksum': `${algorithm} ${value}` }
        hasStatus(await patch(world, path, 0, FOX.toLowerCase(), checksum), 460)
        assert.equal(await offsetOf(world, path), 0)
        assert.ok((await patch(world, path, 0, FOX, checksum)).headers['stowage-asset'])
      },
    }),
  ),
  {
    row: 'H23',
    title: 'tus: DELETE ends an upload for good, with 204 and then 404; one that is done is 409',
    async run(world) {
      const path = await begin(world)
      await patch(world, path, 0, FOX.slice(0, 5))
      const gone = await tus(world, `DELETE ${path}`)
      assert.deepEqual([gone.status, gone.text], [204, ''])
      hasHeaders(gone, VERSION)
      for (const method of ['HEAD', 'DELETE']) hasStatus(await tus(world, `${method} ${path}`), 404)
      isProblem(await patch(world, path, 5, FOX.slice(5)), 404)
      assert.equal(await world.objects(), 0)
      const done = await begin(world)
      await finish(world, done)
      isProblem(await tus(world, `DELETE ${done}`), 409)
    },
  },
  {
    row: 'H45',
    title: 'tus: a file that is refused is 422, then HEAD 410, and GET says why',
    async run(world) {
      const path = await begin(world, FOX.length, metadataOf({ sha256: sha256('other') }))
      isProblem(await patch(world, path, 0, FOX), 422)
      const after = await tus(world, `HEAD ${path}`)
      hasStatus(after, 410)
      hasHeaders(after, { 'upload-offset': null, 'cache-control': 'no-store' })
      const { state, asset, error } = (await world.send(path, { headers: as('alice') })).json
      assert.deepEqual([state, asset, typeof error], ['failed', null, 'string'])
      assert.equal(await world.objects(), 0)
    },
  },
  {
    row: 'H45',
    title: 'tus: an upload that nobody goes on with ends when that was told',
    async run(world) {
      const path = await begin(world)
      const { headers } = await patch(world, path, 0, FOX.slice(0, 5))
      await world.clock.advance(Date.parse(headers['upload-expires'] ?? '') - world.clock.now() + 1000)
      hasStatus(await tus(world, `HEAD ${path}`), 404)
      isProblem(await patch(world, path, 5, FOX.slice(5)), 404)
    },
  },
  {
    row: 'H45',
    title: 'tus: an upload can be looked at as JSON, by GET that stops nobody',
    async run(world) {
      const path = await begin(world)
      const open = await world.send(path, { headers: as('alice') })
      hasHeaders(open, { 'cache-control': 'private, no-store' })
      const { expiresAt, ...rest } = open.json
      assert.match(String(expiresAt), /Z$/)
      const id = path.split('/').at(-1)
      assert.deepEqual(rest, { id, state: 'open', offsetBytes: 0, sizeBytes: FOX.length, asset: null, error: null })
      await finish(world, path)
      const { state, asset } = (await world.send(path, { headers: as('alice') })).json
      assert.deepEqual([state, asset.sizeBytes], ['done', FOX.length])
    },
  },
  {
    row: 'H33',
    title: 'tus: pages of other origins may send its headers and read its answers, errors too',
    async run(world) {
      const origin = { origin: 'https://app.example.com' }
      const preflight = { ...origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'upload-offset' }
      const allowed = await world.send(NONE, { method: 'OPTIONS', headers: preflight })
      hasStatus(allowed, 204)
      for (const name of [
        'Tus-Resumable',
        'Upload-Length',
        'Upload-Offset',
        'Upload-Metadata',
        'Upload-Checksum',
        'Content-Type',
      ]) {
        assert.match(allowed.headers['access-control-allow-headers'] ?? '', new RegExp(`\\b${name}\\b`))
      }
      const made = await tus(world, `POST ${AT}`, { ...origin, 'upload-length': '5' })
      for (const answer of [made, await tus(world, `HEAD ${NONE}`, origin), await patch(world, NONE, 0, FOX, origin)]) {
        hasHeaders(answer, { 'access-control-allow-origin': '*' })
        for (const name of ['Location', 'Tus-Resumable', 'Upload-Offset', 'Upload-Length', 'Upload-Expires', 'Stowage-Asset']) {
          assert.match(answer.headers['access-control-expose-headers'] ?? '', new RegExp(`\\b${name}\\b`))
        }
      }
    },
  },
]
