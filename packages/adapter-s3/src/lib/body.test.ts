import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { bodyOf } from './body.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const reading = { key: 'k', sizeBytes: 4, timeoutMs: 1000, signal: undefined }

it('a reader that pauses has all the time, a service that does so has not', async () => {
  const answer = new PassThrough()
  const chunks = bodyOf(answer, reading)[Symbol.asyncIterator]()
  answer.write('ab')
  expect(await chunks.next()).toMatchObject({ done: false })
  vi.advanceTimersByTime(3_600_000)
  expect(answer.destroyed).toBe(false)
  const waiting = chunks.next()
  vi.advanceTimersByTime(1001)
  await expect(waiting).rejects.toMatchObject({ code: 'timeout', retryable: true })
  expect(answer.destroyed).toBe(true)
})

it('an answer that breaks before anybody reads is an error of the read, not of the process', async () => {
  const answer = new PassThrough()
  const body = bodyOf(answer, reading)
  answer.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
  await new Promise(resolve => answer.once('close', resolve))
  await expect(body[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'unavailable', retryable: true })
})

it('an answer that ends too early fails, and says how much lacks', async () => {
  const answer = new PassThrough()
  const chunks = bodyOf(answer, reading)[Symbol.asyncIterator]()
  answer.end('abc')
  await chunks.next()
  await expect(chunks.next()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('1 bytes early') })
})

it('a body that nobody begins to read is let go', async () => {
  const answer = new PassThrough()
  await bodyOf(answer, reading)[Symbol.asyncIterator]().return?.()
  expect(answer.destroyed).toBe(true)
})
