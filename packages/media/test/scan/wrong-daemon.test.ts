import type { Socket } from 'node:net'
import { StowageError } from '@stowage/core/contracts'
import { describe, expect, it } from 'vitest'
import { clamavScanner } from '../../src/index.ts'
import { fakeClamd } from './fake-clamd.ts'
import { fileOf, storedFile } from './stored-file.ts'

const MIB = 1024 * 1024
const END = Buffer.alloc(4)

/** Answers once the end of the stream has come. */
const answering = (text: string) => (socket: Socket) => {
  let received = Buffer.alloc(0)
  socket.on('data', chunk => {
    received = Buffer.concat([received, chunk])
    if (received.subarray(-4).equals(END)) socket.end(text)
  })
}

const scanWith = async (serve: (socket: Socket) => void, options: { timeoutMs?: number } = {}) =>
  clamavScanner({ ...(await fakeClamd(serve)), ...options })

describe('a scanner whose daemon', () => {
  it.each([
    ['speaks another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'bad_gateway'],
    ['says OK of something else', 'other: OK\0', 'bad_gateway'],
    ['says nothing that is known', 'stream: PERHAPS\0', 'bad_gateway'],
    ['answers with an empty word', '\0', 'bad_gateway'],
    ['breaks off in the middle of its answer', 'stream: O', 'bad_gateway'],
    ['talks without an end', 'stream: OK'.repeat(10_000), 'bad_gateway'],
    ['reports an error', 'stream: Can’t allocate memory ERROR\0', 'unavailable'],
    ['waited too long', 'COMMAND READ TIMED OUT\0', 'unavailable'],
    ['ends without a word', '', 'unavailable'],
  ])('%s fails, and calls nothing clean', async (_, answer, code) => {
    const scanner = await scanWith(answering(answer))
    await expect(scanner.scan(fileOf('text'))).rejects.toMatchObject({ code, retryable: true })
  })

  it('finds something before the end hears no more of the file', async () => {
    const scanner = await scanWith(socket => {
      socket.once('data', () => socket.write('stream: Early FOUND\0'))
      socket.resume()
    })
    let closed = false
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(1024)
      } finally {
        closed = true
      }
    }
    expect(await scanner.scan(storedFile(endless, { sizeBytes: MIB }))).toEqual({ clean: false, reason: 'Early' })
    await expect.poll(() => closed).toBe(true)
  })

  it('says OK before it has the whole file is not believed', async () => {
    const scanner = await scanWith(socket => {
      socket.once('data', () => socket.write('stream: OK\0'))
      socket.resume()
    })
    async function* slow() {
      for (;;) yield Buffer.alloc(1024)
    }
    await expect(scanner.scan(storedFile(slow, { sizeBytes: MIB }))).rejects.toMatchObject({ code: 'bad_gateway' })
  })

  it('stops reading is given up in time, and no more of the file is read meanwhile than the connection holds', async () => {
    const scanner = await scanWith(socket => void socket.pause(), { timeoutMs: 1000 })
    const chunk = Buffer.alloc(64 * 1024)
    let readBytes = 0
    function* large() {
      for (; readBytes < 4000 * MIB; readBytes += chunk.length) yield chunk
    }
    const scan = scanner.scan(storedFile(large, { sizeBytes: 50 * MIB }))
    await expect(scan).rejects.toMatchObject({ code: 'timeout', retryable: true })
    expect(readBytes).toBeLessThan(64 * MIB)
  })

  it('never answers is left at once when the work is given up', async () => {
    const abort = new AbortController()
    const scanner = await scanWith(socket => socket.once('data', () => abort.abort()))
    const file = { ...fileOf('text'), signal: abort.signal }
    await expect(scanner.scan(file)).rejects.toMatchObject({ code: 'aborted' })
    await expect(scanner.scan(file)).rejects.toMatchObject({ code: 'aborted' })
  })

  it('is not there is unavailable', async () => {
    // Nothing can listen on a path in a folder that isn't there.
    const scanner = clamavScanner({ socket: '/nowhere/clamd.sock' })
    await expect(scanner.scan(fileOf('text'))).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })
})

describe('a scanner whose storage', () => {
  it('fails says what the storage said', async () => {
    const scanner = await scanWith(answering('stream: OK\0'))
    const lost = new StowageError('not_found', 'The object is gone.')
    const failing = storedFile(
      async function* () {
        yield Buffer.from('some')
        throw lost
      },
      { sizeBytes: 8 },
    )
    await expect(scanner.scan(failing)).rejects.toBe(lost)
    const unopened = { ...failing, open: () => Promise.reject(lost) }
    await expect(scanner.scan(unopened)).rejects.toBe(lost)
  })

  it.each([3, 5])('gives %i bytes of a file of 4 does not make it clean', async sizeBytes => {
    const scanner = await scanWith(answering('stream: OK\0'))
    const file = storedFile(() => [Buffer.alloc(sizeBytes, 'x')], { sizeBytes: 4 })
    await expect(scanner.scan(file)).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('wrong options', () => {
  it.each([
    [{ host: '', port: 3310 }],
    [{ host: 'localhost', port: 0 }],
    [{ host: 'localhost', port: 70_000 }],
    [{ socket: '' }],
    [{ socket: '/run/clamd', maxBytes: 0 }],
    [{ socket: '/run/clamd', maxBytes: 2 ** 31 }],
    [{ socket: '/run/clamd', timeoutMs: 0 }],
    [{ socket: '/run/clamd', connectTimeoutMs: 1.5 }],
  ])('%j is refused at once', options => {
    expect(() => clamavScanner(options)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
