import { readdirSync, readlinkSync } from 'node:fs'
import { fsStorage } from '@stowage/adapter-fs'
import { signedObjects } from '@stowage/http'
import { expect, it, vi } from 'vitest'
import { openSigned, pathOf } from './open-signed.ts'
import { rawSocket } from './raw-socket.ts'
import { signedObjectsCases } from './signed-objects-cases.ts'
import { type Transport, transports } from './transports.ts'

for (const transport of transports) signedObjectsCases(transport)

const [node, viaFetch] = transports as [Transport, Transport]

async function putByHand(headers: string, { maxBytes = 1000, sizeBytes }: { maxBytes?: number; sizeBytes?: number } = {}) {
  const opened = await openSigned(node, { maxBytes })
  const signed = await opened.signPut('in', sizeBytes === undefined ? {} : { sizeBytes })
  const socket = rawSocket(opened.port ?? 0)
  const head = `PUT ${pathOf(signed.url)} HTTP/1.1\r\nHost: x\r\n${headers}Expect: 100-continue\r\n\r\n`
  socket.write(head)
  return { ...opened, socket, head }
}

it('leaves nothing of an upload that is broken off', async () => {
  const { socket, files, logged } = await putByHand('Content-Length: 4000000\r\n', { maxBytes: 5_000_000 })
  await socket.until('100 Continue')
  // More than a storage keeps in memory before it begins a file.
  socket.write('x'.repeat(3_000_000))
  await vi.waitFor(async () => expect((await files()).length).toBe(1), 10_000)
  socket.socket.destroy()
  await vi.waitFor(() => expect(logged.join()).toContain('aborted'), 10_000)
  expect(await files()).toEqual([])
})

it.each([
  ['is longer than signed', { sizeBytes: 4 }, '400'],
  ['is shorter than signed', { sizeBytes: 6 }, '400'],
  ['is longer than is taken', { maxBytes: 4 }, '413'],
])('leaves nothing of a body in chunks that %s', async (_, options, status) => {
  const { socket, files } = await putByHand('Transfer-Encoding: chunked\r\n', options)
  await socket.until('100 Continue')
  socket.write('5\r\nhello\r\n0\r\n\r\n')
  await socket.until(`HTTP/1.1 ${status} `)
  socket.socket.destroy()
  expect(await files()).toEqual([])
})

it('takes a body in chunks of the signed length', async () => {
  const { socket, text } = await putByHand('Transfer-Encoding: chunked\r\n', { sizeBytes: 5 })
  await socket.until('100 Continue')
  socket.write('5\r\nhello\r\n0\r\n\r\n')
  await socket.until('HTTP/1.1 201 ')
  socket.socket.destroy()
  expect(await text('in')).toBe('hello')
})

it('does not ask for the body of a refused upload', async () => {
  const { socket, head, port, files } = await putByHand('Content-Length: 900\r\n')
  socket.socket.destroy()
  const forged = rawSocket(port ?? 0)
  forged.write(head.replace('signature=', 'signature=A'))
  const answer = await forged.ended
  expect(answer).toContain('HTTP/1.1 403 ')
  expect(answer).not.toContain('100 Continue')
  await vi.waitFor(async () => expect(await files()).toEqual([]))
})

it('closes each file, whatever is answered', async () => {
  const { storage, follow, signGet } = await openSigned(node)
  const { etag } = await storage.put('x', Buffer.alloc(200_000))
  const openFiles = () => {
    const targets = readdirSync('/proc/self/fd').map(fd => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return ''
      }
    })
    return targets.filter(target => /stowage-signed.*\/x$/.test(target)).length
  }
  const signed = await signGet('x')
  const sent = [{}, { 'if-none-match': etag }, { 'if-match': '"y"' }, { range: 'bytes=900000-' }, { range: 'bytes=1-2' }]
  for (const headers of sent) await follow(signed, { headers })
  // An answer ends before its file is closed.
  await vi.waitFor(() => expect(openFiles()).toBe(0))
})

it('never sends bytes under the headers of others, replaced meanwhile', async () => {
  const { storage, follow, signGet } = await openSigned(viaFetch, {
    wrap: storage => ({
      ...storage,
      head: async key => {
        const info = await storage.head(key)
        await storage.put(key, Buffer.from('second'))
        return info
      },
    }),
  })
  await storage.put('x', Buffer.from('first'))
  const { status, headers } = await follow(await signGet('x'))
  expect([status, headers.get('retry-after')]).toEqual([503, '5'])
})

it('tells clients nothing of a failure inside, and the log no signature', async () => {
  const { follow, signPut, logged } = await openSigned(node, {
    wrap: storage => ({ ...storage, put: () => Promise.reject(new Error('Broken: https://x/y?signature=abc')) }),
  })
  const { status, text } = await follow(await signPut('x'), { body: 'x', headers: { 'x-request-id': 'r-1' } })
  expect([status, /Broken/.test(text)]).toEqual([500, false])
  expect(logged).toHaveLength(1)
  expect(logged[0]).toMatch(/"requestId":"r-1".*Broken/)
  expect(logged[0]).not.toMatch(/abc|expires/)
})

it('passes on all paths but those below its own', async () => {
  const { api } = await openSigned(node)
  expect(['/objects/a', '/objects/a/b', '/objects/'].map(api.owns)).toEqual([true, true, true])
  expect(['/objects', '/objectsx/a', '/Objects/a', '/'].map(api.owns)).toEqual([false, false, false, false])
  expect((await api.fetch(new Request('http://x/other'))).status).toBe(404)
})

it('refuses a storage that signs nothing, and what is no path', async () => {
  const options = { path: '/objects', logger: console }
  const signing = { secret: 'x'.repeat(32), baseUrl: 'https://x.example/objects' }
  expect(() => signedObjects(fsStorage({ root: './none' }), options)).toThrow(/signs no URLs/)
  for (const path of ['', 'objects', '/a b', '/a?b', '//a']) {
    expect(() => signedObjects(fsStorage({ root: './none', signing }), { ...options, path })).toThrow(/is not a path/)
  }
})
