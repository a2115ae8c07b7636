import { fakeClock } from '@stowage/testkit'
import { expect, it } from 'vitest'
import { until } from './cut-connection.ts'
import { lastStatus, openWire, uploadHead } from './wire-server.ts'

const raw = (headers: string) => uploadHead(`Content-Type: text/plain\r\n${headers}`, '/docs?filename=a.txt')
const form = uploadHead('Content-Type: multipart/form-data; boundary=B\r\nTransfer-Encoding: chunked\r\n')
const FIELD = '--B\r\nContent-Disposition: form-data; name="title"\r\n\r\nslow'
const FILE = '--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

const limits = { idleTimeoutMs: 10_000, graceMs: 10_000, minBytesPerSecond: 100 }

it.each([
  ['a raw body', raw('Content-Length: 500\r\n'), 'x'],
  ['a raw body past what is kept in memory', raw('Content-Length: 400000\r\n'), 'x'.repeat(200_000)],
  ['a raw body in chunks', raw('Transfer-Encoding: chunked\r\n'), chunked('x')],
  ['the size of a chunk', raw('Transfer-Encoding: chunked\r\n'), '1'],
  ['a form before its first part', form, chunked('--')],
  ['the head of a part', form, chunked('--B\r\nContent-Dispo')],
  ['a field', form, chunked(FIELD)],
  ['a file', form, chunked(`${FILE}hello`)],
  ['what follows the file', form, chunked(`${FILE}hello\r\n--B\r\nContent-`)],
])('threat 53: %s that stands still ends with 408, while others are served', async (_, head, begin) => {
  const clock = fakeClock()
  const wire = await openWire({ server: { ...limits, minBytesPerSecond: 0, clock } })
  await wire.refuses(async () => {
    const slow = wire.raw()
    let own: { bytesRead: number } | undefined
    wire.server.once('connection', socket => {
      own = socket
    })
    slow.write(head + begin)
    await until(() => (own?.bytesRead ?? 0) >= head.length + begin.length)
    for (let second = 0; second < 30 && lastStatus(slow.received) === 0; second++) {
      await clock.advance(1000)
      expect((await wire.send('/docs')).status).toBe(200)
    }
    return lastStatus(await slow.ended)
  }, 408)
})

it.each([
  ['a raw body', raw('Content-Length: 500\r\n'), 'x'],
  ['chunks of a byte', raw('Transfer-Encoding: chunked\r\n'), chunked('x')],
  ['a file in a form', form + chunked(FILE), chunked('x')],
  ['endless chunk extensions', raw('Transfer-Encoding: chunked\r\n'), '1;a'],
])('threat 53: a byte a second ends with 408, or sooner: %s', async (_, head, drop) => {
  const clock = fakeClock()
  const wire = await openWire({ server: { ...limits, clock } })
  await wire.refuses(
    async () => {
      const slow = wire.raw()
      slow.write(head)
      for (let second = 0; second < 60 && lastStatus(slow.received) === 0; second++) {
        slow.write(drop)
        expect((await wire.send('/docs')).status).toBe(200)
        await clock.advance(1000)
      }
      return lastStatus(await slow.ended)
    },
    408,
    400,
  )
})

it.each([
  ['nothing at all', ''],
  ['half a request line', 'POST /do'],
  ['header lines without end', 'GET /docs HTTP/1.1\r\nHost: x\r\n'],
])('threat 53: a head that never comes ends with 408, and so does its connection: %s', async (_, begin) => {
  const wire = await openWire({ node: { headersTimeout: 300, connectionsCheckingInterval: 20 } })
  await wire.refuses(async () => {
    const slow = wire.raw()
    slow.write(begin)
    const drip = begin.endsWith('\n') ? setInterval(() => slow.write('X-A: b\r\n'), 20) : undefined
    const received = await slow.ended
    clearInterval(drip)
    return lastStatus(received)
  }, 408)
})

it("threat 53: the limit on heads is Node's, which stays on", async () => {
  const { server } = await openWire()
  expect(server.headersTimeout).toBeGreaterThan(0)
  expect(server.headersTimeout).toBeLessThanOrEqual(60_000)
})

it('threat 53: hundreds of clients that say nothing more keep nobody from being served', async () => {
  const clock = fakeClock()
  const wire = await openWire({ server: { ...limits, clock } })
  const before = await wire.state()
  const slow = Array.from({ length: 300 }, () => {
    const socket = wire.raw()
    socket.write(`${raw('Content-Length: 500\r\n')}x`)
    return socket
  })
  await until(() => wire.server.listening && slow.every(({ socket }) => socket.bytesWritten > 0))
  for (let other = 0; other < 20; other++) expect((await wire.send('/docs')).status).toBe(200)
  const { id } = await wire.upload('fast')
  expect((await wire.send(`/docs/${id}/content`)).text).toBe('fast')
  const done = Promise.all(slow.map(({ ended }) => ended))
  let ended = false
  void done.then(() => {
    ended = true
  })
  while (!ended) {
    await clock.advance(5000)
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(new Set((await done).map(lastStatus))).toEqual(new Set([408]))
  expect((await wire.state()).files.length).toBe(before.files.length + 1)
})
