import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { hasHeaders, hasStatus } from '../expectations.ts'
import type { Answer } from '../wire/answer.ts'
import { APP_ORIGIN } from '../world/api.ts'
import { BLUE, pictureOf, uploadPhoto } from '../world/photo.ts'
import { as, type World } from '../world/world.ts'

const pictures = true
const varies = (answer: Answer) => (answer.headers.vary ?? '').toLowerCase().split(/, */).filter(Boolean).sort()

/** Links to pictures. */
export const transformCases: readonly HttpCase[] = [
  {
    row: 'H44',
    title: 'a signed transform shows the picture that was signed, whatever the query says',
    pictures,
    async run(world) {
      const { smallLink } = await uploadPhoto(world, 'private')
      for (const query of ['', '?width=4000', '?w=4000&format=jpeg', '?derivative=thumb', '?transform=w64-inside-png']) {
        const answer = await world.send(`${smallLink}${query}`)
        hasStatus(answer, 200, query)
        assert.equal(pictureOf(answer.bytes), 'png 8x6', query)
        hasHeaders(answer, { 'content-type': 'image/png', 'referrer-policy': 'no-referrer', vary: 'Origin' })
        assert.match(answer.headers['cache-control'] ?? '', /\bprivate\b/)
      }
      hasStatus(await world.send(smallLink, { method: 'HEAD' }), 200)
      hasStatus(await world.send(smallLink, { headers: { range: 'bytes=0-2' } }), 206)
      for (const method of ['PUT', 'DELETE', 'PATCH', 'POST']) hasStatus(await world.send(smallLink, { method }), 405, method)
      assert.equal(world.drawing.count, 1)
    },
  },
  {
    row: 'H44',
    title: 'a signed transform is made once, however many ask at the same time',
    pictures,
    async run(world) {
      const { smallLink } = await uploadPhoto(world)
      const answers = await Promise.all(Array.from({ length: 12 }, () => world.send(smallLink)))
      for (const { status, bytes } of answers) {
        assert.equal(status, 200)
        assert.ok(bytes.equals(answers[0]?.bytes as Buffer))
      }
      assert.equal(world.drawing.count, 1)
      assert.equal(await world.objects(), 2)
    },
  },
  {
    row: 'H44',
    title: 'no changed character of a signed transform opens anything, and none is drawn for it',
    pictures,
    async run(world) {
      const { smallLink, autoLink, thumbLink } = await uploadPhoto(world)
      for (const link of [smallLink, autoLink, thumbLink]) {
        const from = link.lastIndexOf('/') + 1
        for (let at = from; at < link.length; at += 3) {
          const altered = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`
          hasStatus(await world.send(altered), 403, altered)
        }
      }
      const [body, signature] = [smallLink.split('.')[0], autoLink.split('.')[1]]
      hasStatus(await world.send(`${body}.${signature}`), 403)
      assert.equal(world.drawing.count, 0)
    },
  },
  {
    row: 'H44',
    title: 'a signed transform ends at its time, with its version, and with its asset; one without end with the asset alone',
    pictures,
    async run(world) {
      const [late, replaced, deleted] = [await uploadPhoto(world), await uploadPhoto(world), await uploadPhoto(world)]
      const headers = { ...as('alice'), 'content-type': 'image/png' }
      const other = Buffer.concat([BLUE, Buffer.from('behind the end')])
      hasStatus(await world.send(`/photos/${replaced.id}/content`, { method: 'PUT', headers, body: other }), 200)
      hasStatus(await world.send(`/photos/${deleted.id}`, { method: 'DELETE', headers: as('alice') }), 204)
      const links = [replaced.smallLink, replaced.thumbLink, deleted.smallLink, deleted.thumbLink, deleted.autoLink]
      for (const link of links) hasStatus(await world.send(link), 404)
      hasStatus(await world.send(replaced.autoLink), 200)
      await world.clock.advance(59_000)
      for (const link of [late.smallLink, late.thumbLink]) hasStatus(await world.send(link), 200)
      await world.clock.advance(1_000)
      for (const link of [late.smallLink, late.thumbLink]) hasStatus(await world.send(link), 403)
      hasStatus(await world.send(late.autoLink), 200)
    },
  },
  {
    row: 'H44',
    title: 'a client has links made to what the kind declares, and to no other picture',
    pictures,
    async run(world) {
      const { id } = await uploadPhoto(world)
      const ask = (body: object) => askForLink(world, id, body)
      const made = await ask({ derivative: 'thumb', expiresInSeconds: 5 })
      hasStatus(made, 200)
      assert.equal(pictureOf((await world.send(new URL(made.json.url).pathname)).bytes), 'webp')
      hasStatus(await ask({ derivative: 'none' }), 422)
      hasStatus(await ask({ derivative: 7 }), 422)
      hasStatus(await ask({ transform: { width: 9 } }), 400)
      hasStatus(await ask({ expiresInSeconds: null }), 422)
    },
  },
  {
    row: 'H34',
    title: 'a picture whose format Accept decides says so, on 200, 206, 304 and HEAD',
    pictures,
    async run(world) {
      const { autoLink } = await uploadPhoto(world)
      const seen = new Map<string, string>()
      for (const [accept, format] of [
        ['image/avif,image/webp,*/*;q=0.8', 'avif'],
        ['image/webp,*/*', 'webp'],
        ['*/*', 'jpeg'],
        ['image/avif;q=0', 'jpeg'],
      ] as const) {
        const answer = await world.send(autoLink, { headers: { accept } })
        assert.equal(pictureOf(answer.bytes), format)
        hasHeaders(answer, { 'content-type': `image/${format}` })
        const etag = answer.headers.etag ?? ''
        seen.set(format, etag)
        const more = [{ 'if-none-match': etag }, { range: 'bytes=0-3' }, { origin: APP_ORIGIN }]
        const others = await Promise.all(more.map(headers => world.send(autoLink, { headers: { accept, ...headers } })))
        assert.deepEqual(
          others.map(({ status }) => status),
          [304, 206, 200],
        )
        const head = await world.send(autoLink, { method: 'HEAD', headers: { accept } })
        for (const each of [answer, ...others, head]) assert.deepEqual(varies(each), ['accept', 'origin'], accept)
      }
      assert.equal(new Set(seen.values()).size, 3)
      // A copy in another format is no copy of this one.
      const other = { accept: 'image/webp', 'if-none-match': seen.get('avif') ?? '' }
      hasStatus(await world.send(autoLink, { headers: other }), 200)
    },
  },
]

function askForLink(world: World, id: string, body: object): Promise<Answer> {
  const headers = { ...as('alice'), 'content-type': 'application/json' }
  return world.send(`/photos/${id}/link`, { method: 'POST', headers, body: JSON.stringify(body) })
}
