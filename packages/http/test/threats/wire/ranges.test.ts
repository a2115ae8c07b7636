import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openDescriptors } from './open-descriptors.ts'
import { sharedWire } from './wire-server.ts'

const server = sharedWire()
const SIZES = [10, 200_000]
const bytesOf = (size: number) => Buffer.from(Array.from({ length: size }, (_, at) => at % 251))

describe.each(SIZES)('threat 60: ranges of %i bytes', size => {
  const bytes = bytesOf(size)
  let id: Promise<string> | undefined
  const path = async () => {
    id ??= server()
      .upload(bytes, 'application/octet-stream')
      .then(asset => asset.id)
    return `/docs/${await id}/content`
  }
  const get = async (range: string, headers: Record<string, string> = {}) =>
    server().send(await path(), { headers: { range, ...headers } })

  it.each([
    ['ten thousand ranges', `bytes=${'0-0,'.repeat(2500)}0-0`],
    ['overlapping ranges', 'bytes=0-,0-,0-,0-'],
    ['two ranges', 'bytes=0-1,3-4'],
    ['another unit', 'items=0-5'],
    ['no unit', '0-5'],
    ['backwards', 'bytes=5-2'],
    ['negative', 'bytes=--5'],
    ['nothing', 'bytes='],
    ['a hyphen', 'bytes=-'],
    ['hexadecimal', 'bytes=0x0-0x5'],
    ['fractional', 'bytes=0.5-1.5'],
    ['signed', 'bytes=+0-+5'],
    ['exponents', 'bytes=0-1e3'],
    ['words', 'bytes=a-b'],
    ['a date for If-Range', 'bytes=0-1', new Date().toUTCString()],
    ['a stale If-Range', 'bytes=0-1', '"stale"'],
    ['a weak If-Range', 'bytes=0-1', 'W/"x"'],
  ])('%s: the whole, once', async (_, range, ifRange?: string) => {
    const answer = await get(range, ifRange === undefined ? {} : { 'if-range': ifRange })
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(size)])
    expect(answer.bytes.equals(bytes)).toBe(true)
  })

  it.each([
    `bytes=${size}-`,
    'bytes=9223372036854775808-',
    `bytes=${'9'.repeat(400)}-`,
    'bytes=-0',
    'bytes=4294967296-4294967297',
  ])('%s: 416, and the size', async range => {
    const answer = await get(range)
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${size}`])
  })

  it.each(['bytes=0-9223372036854775808', `bytes=0-${'9'.repeat(400)}`, 'bytes=-9223372036854775808', `bytes=-${size + 1}`])(
    '%s: no more than there is',
    async range => {
      const answer = await get(range)
      expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes 0-${size - 1}/${size}`])
      expect(answer.bytes.equals(bytes)).toBe(true)
    },
  )

  it('two Range lines are at most one range', async () => {
    const received = await server().exchange(
      `GET ${await path()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=0-0\r\nRange: bytes=1-1\r\n\r\n`,
    )
    expect(received).toMatch(/^HTTP\/1\.1 (200|206|400|416) /)
    expect(received.slice(received.indexOf('\r\n\r\n') + 4).length).toBeLessThanOrEqual(Math.max(size, 700))
  })

  it('of any shape: exactly the bytes that Content-Range names, and no file left open', { timeout: 60_000 }, async () => {
    await path()
    // The answers before this one close their files a moment after their last byte.
    await expect.poll(() => openDescriptors(server().root).filter(target => target.includes('/objects/'))).toEqual([])
    const descriptors = openDescriptors(server().root)
    const number = fc.oneof(
      fc.constant(''),
      fc.integer({ min: 0, max: size + 5 }).map(String),
      fc.bigInt({ min: 0n, max: 2n ** 70n }).map(String),
    )
    const range = fc.oneof(
      fc.tuple(number, number).map(([from, to]) => `bytes=${from}-${to}`),
      fc.string({ unit: 'grapheme-ascii', maxLength: 20 }).map(text => `bytes=${text.trim()}`),
    )
    await fc.assert(
      fc.asyncProperty(range, async asked => {
        const { status, headers, bytes: got } = await get(asked)
        expect([200, 206, 416]).toContain(status)
        if (status === 200) expect(got.equals(bytes)).toBe(true)
        if (status !== 206) return
        const [, from, to] = /^bytes (\d+)-(\d+)\/\d+$/.exec(headers.get('content-range') ?? '') ?? []
        expect(got.equals(bytes.subarray(Number(from), Number(to) + 1))).toBe(true)
        expect(headers.get('content-length')).toBe(String(got.length))
      }),
      { numRuns: 100, seed: 60 },
    )
    await expect.poll(() => openDescriptors(server().root)).toEqual(descriptors)
  })
})
