import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { hasHeaders, hasStatus, isProblem } from '../expectations.ts'
import { TEXT, type World } from '../world/world.ts'

const LARGE = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) % 251))
/** One that is kept in memory, one that leaves in one write, one that is streamed. */
const CONTENTS: readonly (readonly [string, Uint8Array])[] = [
  ['small', Buffer.from(TEXT)],
  ['middle', LARGE.subarray(0, 100_000)],
  ['large', LARGE],
]

/** Asks for a range of contents of every size; `expected` gives the first and the last byte. */
async function answersPart(
  world: World,
  range: (size: number) => string,
  expected: (size: number) => readonly [number, number],
): Promise<void> {
  for (const [name, bytes] of CONTENTS) {
    const { id } = await world.upload(bytes, { type: 'application/octet-stream' })
    const answer = await world.send(`/notes/${id}/content`, { headers: { range: range(bytes.length) } })
    const [first, last] = expected(bytes.length)
    const what = `${name}, ${range(bytes.length)}`
    hasStatus(answer, 206, what)
    hasHeaders(
      answer,
      { 'content-range': `bytes ${first}-${last}/${bytes.length}`, 'content-length': String(last - first + 1) },
      what,
    )
    assert.ok(answer.complete && answer.bytes.equals(bytes.subarray(first, last + 1)), `${what}: bytes`)
  }
}

async function ignoresRange(world: World, ranges: readonly string[], headers: Record<string, string> = {}): Promise<void> {
  const { id } = await world.upload()
  for (const range of ranges) {
    const answer = await world.send(`/notes/${id}/content`, { headers: { range, ...headers } })
    hasStatus(answer, 200, range.slice(0, 60))
    hasHeaders(answer, { 'content-range': null, 'content-length': String(TEXT.length) }, range.slice(0, 60))
    assert.equal(answer.text, TEXT, range.slice(0, 60))
  }
}

export const rangeCases: readonly HttpCase[] = [
  {
    row: 'H2',
    title: 'HEAD ignores Range, also one that lies outside',
    async run(world) {
      const { id } = await world.upload()
      for (const range of ['bytes=0-3', 'bytes=-1', 'bytes=999999-']) {
        const answer = await world.send(`/notes/${id}/content`, { method: 'HEAD', headers: { range } })
        hasStatus(answer, 200, range)
        hasHeaders(answer, { 'content-range': null, 'content-length': String(TEXT.length) }, range)
      }
    },
  },
  {
    row: 'H3',
    title: 'content says Accept-Ranges: bytes, whole, in part and by HEAD',
    async run(world) {
      const { id } = await world.upload()
      const path = `/notes/${id}/content`
      for (const sent of [{}, { method: 'HEAD' }, { headers: { range: 'bytes=1-2' } }]) {
        hasHeaders(await world.send(path, sent), { 'accept-ranges': 'bytes' })
      }
    },
  },
  {
    row: 'H4',
    title: 'a part has exactly its bytes, length and Content-Range',
    async run(world) {
      await answersPart(
        world,
        () => 'bytes=10-19',
        () => [10, 19],
      )
      await answersPart(
        world,
        () => 'bytes=0-0',
        () => [0, 0],
      )
      await answersPart(
        world,
        size => `bytes=${size - 1}-${size - 1}`,
        size => [size - 1, size - 1],
      )
      await answersPart(
        world,
        size => `bytes=1-${size - 2}`,
        size => [1, size - 2],
      )
    },
  },
  {
    row: 'H4',
    title: 'an end behind the last byte is cut, however far',
    async run(world) {
      await answersPart(
        world,
        size => `bytes=5-${size}`,
        size => [5, size - 1],
      )
      await answersPart(
        world,
        () => 'bytes=0-9223372036854775807',
        size => [0, size - 1],
      )
    },
  },
  {
    row: 'H4',
    title: 'a part is never given for the whole, nor for another part, afterwards',
    async run(world) {
      const { id } = await world.upload()
      const get = (headers: Record<string, string>) => world.send(`/notes/${id}/content`, { headers })
      assert.equal((await get({ range: 'bytes=0-3' })).text, TEXT.slice(0, 4))
      assert.equal((await get({ range: 'bytes=4-8' })).text, TEXT.slice(4, 9))
      assert.equal((await get({})).text, TEXT)
      assert.equal((await get({ range: 'bytes=0-3' })).text, TEXT.slice(0, 4))
    },
  },
  {
    row: 'H5',
    title: 'an open range goes to the end',
    run: world =>
      answersPart(
        world,
        () => 'bytes=4490-',
        size => [4490, size - 1],
      ),
  },
  {
    row: 'H5',
    title: 'a suffix counts from the end; a longer one is everything',
    async run(world) {
      await answersPart(
        world,
        () => 'bytes=-5',
        size => [size - 5, size - 1],
      )
      await answersPart(
        world,
        () => 'bytes=-99999999',
        size => [0, size - 1],
      )
    },
  },
  {
    row: 'H6',
    title: 'a range outside is 416 with the size, and as a problem',
    async run(world) {
      const { id } = await world.upload()
      for (const range of [`bytes=${TEXT.length}-`, 'bytes=-0', 'bytes=9223372036854775807-', 'bytes=5000-6000']) {
        const answer = await world.send(`/notes/${id}/content`, { headers: { range } })
        isProblem(answer, 416, range)
        hasHeaders(answer, { 'content-range': `bytes */${TEXT.length}` }, range)
      }
    },
  },
  {
    row: 'H7',
    title: 'a malformed range is ignored',
    run: world =>
      ignoresRange(world, ['bytes=5-2', 'bytes=a-b', 'bytes=-', 'bytes=', 'bytes', '0-5', 'bytes=0x1-2', 'bytes=1 -2']),
  },
  {
    row: 'H7',
    title: 'an unknown unit is ignored',
    run: world => ignoresRange(world, ['items=0-5', 'lines=1-2', 'none=0-0', 'seconds=-5']),
  },
  {
    row: 'H8',
    title: 'an empty file ignores Range and is 200 with no bytes',
    async run(world) {
      const { id } = await world.upload('', { path: '/drafts' })
      for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=5-']) {
        const answer = await world.send(`/drafts/${id}/content`, { headers: { range } })
        hasStatus(answer, 200, range)
        hasHeaders(answer, { 'content-length': '0', 'content-range': null }, range)
        assert.equal(answer.text, '')
      }
    },
  },
  {
    row: 'H9',
    title: 'several ranges at once get the whole, however many',
    run: world => ignoresRange(world, ['bytes=0-1,3-4', 'bytes=0-1, -1', `bytes=${'0-1,'.repeat(2000)}0-1`, 'bytes=0-,0-,0-']),
  },
  {
    row: 'H10',
    title: 'If-Range with the strong ETag lets a range stand',
    async run(world) {
      const { id } = await world.upload()
      const { headers } = await world.send(`/notes/${id}/content`)
      const answer = await world.send(`/notes/${id}/content`, {
        headers: { range: 'bytes=0-1', 'if-range': headers.etag as string },
      })
      hasStatus(answer, 206)
    },
  },
  {
    row: 'H10',
    title: 'If-Range with another ETag, a weak one or a date gets the whole',
    async run(world) {
      const { id } = await world.upload()
      const { headers } = await world.send(`/notes/${id}/content`)
      const values = [
        '"other"',
        `W/${headers.etag}`,
        headers['last-modified'],
        'Fri, 01 Jan 2100 00:00:00 GMT',
        headers.etag?.slice(1),
      ]
      for (const value of values) {
        const answer = await world.send(`/notes/${id}/content`, { headers: { range: 'bytes=0-1', 'if-range': value as string } })
        hasStatus(answer, 200, value)
        assert.equal(answer.text, TEXT)
      }
    },
  },
  {
    row: 'H10',
    title: 'If-Range of a version that was replaced gets the whole of the new one',
    async run(world) {
      const { id } = await world.upload()
      const { headers } = await world.send(`/notes/${id}/content`)
      const put = await world.send(`/notes/${id}/content`, {
        method: 'PUT',
        headers: { authorization: 'Bearer alice', 'content-type': 'text/plain' },
        body: 'other',
      })
      hasStatus(put, 200)
      const answer = await world.send(`/notes/${id}/content`, {
        headers: { range: 'bytes=0-1', 'if-range': headers.etag as string },
      })
      assert.deepEqual([answer.status, answer.text], [200, 'other'])
    },
  },
]
