import assert from 'node:assert/strict'
import { StowageError } from '@stowage/core/contracts'
import type { HttpCase } from '../case.ts'
import { digestOf, hasHeaders, hasStatus, isProblem, lastingHeaders } from '../expectations.ts'
import { APP_ORIGIN } from '../world/api.ts'
import { BLUE, pictureOf, uploadPhoto } from '../world/photo.ts'
import { as } from '../world/world.ts'

const pictures = true

/** Derivatives that the kind declares. */
export const pictureCases: readonly HttpCase[] = [
  {
    row: 'H1',
    title: 'GET and HEAD of a thumbnail agree, and neither makes it twice',
    pictures,
    async run(world) {
      const { thumbUrl } = await uploadPhoto(world)
      const [head, get] = [await world.send(thumbUrl, { method: 'HEAD' }), await world.send(thumbUrl)]
      assert.deepEqual([head.status, head.bytes.length, get.status], [200, 0, 200])
      assert.deepEqual(lastingHeaders(head), lastingHeaders(get))
      assert.equal(pictureOf(get.bytes), 'webp')
      assert.equal(world.drawing.count, 1)
    },
  },
  {
    row: 'H14',
    title: 'the ETag and the digest of a thumbnail are of its own bytes',
    pictures,
    async run(world) {
      const { thumbUrl, contentEtag } = await uploadPhoto(world)
      const { headers, bytes } = await world.send(thumbUrl)
      assert.match(headers.etag ?? '', /^"[^"]+"$/)
      assert.notEqual(headers.etag, contentEtag)
      hasHeaders({ headers } as never, {
        'repr-digest': digestOf(bytes),
        'content-type': 'image/webp',
        'content-length': String(bytes.length),
        'accept-ranges': 'bytes',
        'content-disposition': 'inline; filename="blue.webp"',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      })
    },
  },
  {
    row: 'H4',
    title: 'a thumbnail comes in parts',
    pictures,
    async run(world) {
      const { thumbUrl } = await uploadPhoto(world)
      const whole = (await world.send(thumbUrl)).bytes
      const part = await world.send(thumbUrl, { headers: { range: 'bytes=4-9' } })
      hasStatus(part, 206)
      hasHeaders(part, { 'content-range': `bytes 4-9/${whole.length}`, 'content-digest': digestOf(whole.subarray(4, 10)) })
      assert.ok(part.bytes.equals(whole.subarray(4, 10)))
      hasStatus(await world.send(thumbUrl, { headers: { range: 'bytes=999999-' } }), 416)
    },
  },
  {
    row: 'H13',
    title: 'an unchanged thumbnail is 304 with its ETag and Cache-Control',
    pictures,
    async run(world) {
      const { thumbUrl, contentEtag } = await uploadPhoto(world)
      const { headers } = await world.send(thumbUrl)
      const { etag = '', 'cache-control': control = null } = headers
      for (const method of ['GET', 'HEAD']) {
        const unchanged = await world.send(thumbUrl, { method, headers: { 'if-none-match': etag } })
        hasStatus(unchanged, 304)
        hasHeaders(unchanged, { etag, 'cache-control': control })
      }
      hasStatus(await world.send(thumbUrl, { headers: { 'if-none-match': contentEtag } }), 200)
      hasStatus(await world.send(thumbUrl, { headers: { 'if-match': contentEtag } }), 412)
    },
  },
  {
    row: 'H24',
    title: 'a thumbnail that may not be seen is as one that never was',
    pictures,
    async run(world) {
      const { thumbUrl, id } = await uploadPhoto(world, 'private')
      const hidden = [thumbUrl, `/photos/${id}/derivatives/none`, thumbUrl.replace(id, '0192f000-0000-7000-8000-000000000000')]
      for (const path of hidden) {
        isProblem(await world.send(path), 404, path)
        isProblem(await world.send(path, { headers: as('bob') }), 404, path)
        hasStatus(await world.send(path, { method: 'HEAD', headers: as('bob') }), 404, path)
      }
      assert.equal(world.drawing.count, 0)
      hasStatus(await world.send(thumbUrl, { headers: as('alice') }), 200)
    },
  },
  {
    row: 'H25',
    title: 'a thumbnail is read and never written, and only by its name',
    pictures,
    async run(world) {
      const { thumbUrl, id } = await uploadPhoto(world)
      for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
        const answer = await world.send(thumbUrl, { method, headers: as('alice') })
        hasStatus(answer, 405, method)
        hasHeaders(answer, { allow: 'GET, HEAD, OPTIONS' })
      }
      for (const name of ['none', 'Thumb', '__proto__', 'w16-h16-inside-webp-q80', 'thumb%2F..'])
        isProblem(await world.send(`/photos/${id}/derivatives/${name}`), 404, name)
      assert.equal(world.drawing.count, 0)
    },
  },
  {
    row: 'H26',
    title: 'a thumbnail that can not be made now is 503 with Retry-After',
    pictures,
    async run(world) {
      const { thumbUrl } = await uploadPhoto(world)
      world.drawing.fault = new StowageError('unavailable', 'Too many.', { details: { retryAfterSeconds: 3 } })
      const refused = await world.send(thumbUrl)
      isProblem(refused, 503)
      hasHeaders(refused, { 'retry-after': '3' })
      hasStatus(await world.send(thumbUrl), 200)
    },
  },
  {
    row: 'H33',
    title: 'a thumbnail has the CORS of its profile',
    pictures,
    async run(world) {
      const { thumbUrl } = await uploadPhoto(world)
      const answer = await world.send(thumbUrl, { headers: { origin: APP_ORIGIN } })
      hasHeaders(answer, { 'access-control-allow-origin': APP_ORIGIN, 'cross-origin-resource-policy': 'cross-origin' })
    },
  },
  {
    row: 'H35',
    title: 'a thumbnail may be kept as its photo may; of a private one, nobody keeps it',
    pictures,
    async run(world) {
      const open = await uploadPhoto(world)
      const hidden = await uploadPhoto(world, 'private')
      const control = async (path: string, headers = {}) => (await world.send(path, { headers })).headers['cache-control']
      assert.equal(await control(open.thumbUrl), 'public, no-cache, no-transform')
      assert.equal(await control(open.thumbUrl, as('bob')), 'private, no-cache, no-transform')
      assert.equal(await control(hidden.thumbUrl, as('alice')), 'private, no-store, no-transform')
      assert.equal(await control(hidden.thumbUrl), 'no-store')
    },
  },
  {
    row: 'H14',
    title: 'the thumbnail of new bytes is a new one at the same URL',
    pictures,
    async run(world) {
      const { thumbUrl, id } = await uploadPhoto(world)
      const before = await world.send(thumbUrl)
      const other = Buffer.concat([BLUE, Buffer.from('behind the end')])
      const headers = { ...as('alice'), 'content-type': 'image/png' }
      hasStatus(await world.send(`/photos/${id}/content`, { method: 'PUT', headers, body: other }), 200)
      const after = await world.send(thumbUrl, { headers: { 'if-modified-since': before.headers['last-modified'] ?? '' } })
      assert.ok([200, 304].includes(after.status))
      assert.equal(world.drawing.count, 2)
    },
  },
]
