import type * as Crypto from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { bearer } from '../../../src/lib/auth/bearer.ts'
import { hashApiKey, hashedApiKeys } from '../../../src/lib/auth/hashed-api-keys.ts'
import type { HttpRequest } from '../../../src/lib/request.ts'

/** Lengths of what was compared in constant time, and of what was hashed. */
const seen = vi.hoisted(() => ({ compared: [] as number[][], hashed: [] as number[] }))
vi.mock('node:crypto', async original => {
  const crypto = await original<typeof Crypto>()
  return {
    ...crypto,
    timingSafeEqual: (a: Uint8Array, b: Uint8Array) => {
      seen.compared.push([a.length, b.length])
      return crypto.timingSafeEqual(a, b)
    },
    createHash: (algorithm: string) => {
      const hash = crypto.createHash(algorithm)
      const update = hash.update.bind(hash)
      hash.update = ((data: string) => {
        seen.hashed.push(data.length)
        return update(data)
      }) as typeof hash.update
      return hash
    },
  }
})

const KEY = 'sk_live_0123456789abcdef'
const others = Array.from({ length: 20 }, (_, at) => `sk_live_${String(at).padStart(16, '0')}`)
const stored = [...others, KEY].map(key => ({ sha256: hashApiKey(key), actor: { id: key } }))

function request(key: string): HttpRequest {
  const lines = (name: string) => (name === 'x-api-key' ? [key] : [])
  return {
    method: 'GET',
    path: '/',
    mountPath: '',
    query: new URLSearchParams(),
    header: name => lines(name)[0] ?? null,
    headerLines: lines,
    body: null,
    signal: new AbortController().signal,
    remoteAddress: null,
    disposableChunks: false,
    takesLocalFiles: false,
    native: null,
  }
}

/** Each shares one character more with the real key. */
const guesses = Array.from({ length: KEY.length }, (_, shared) => KEY.slice(0, shared) + 'x'.repeat(KEY.length - shared))

beforeEach(() => {
  seen.compared.length = 0
  seen.hashed.length = 0
})

describe('threat 17: what a guessed key shares with a real one', () => {
  it.each([
    ['a list', hashedApiKeys({ keys: stored }), stored.length],
    ['a look-up', hashedApiKeys({ keys: digest => stored.find(({ sha256 }) => sha256 === digest) }), 0],
    ['a look-up that finds too much', hashedApiKeys({ keys: () => stored.at(-1) }), 1],
  ])('changes nothing of the work that is done: %s', async (_name, authenticate, comparisons) => {
    const work: string[] = []
    for (const guess of guesses) {
      seen.compared.length = 0
      seen.hashed.length = 0
      await expect(authenticate(request(guess))).rejects.toMatchObject({ code: 'unauthenticated' })
      work.push(JSON.stringify(seen))
    }
    expect(new Set(work).size).toBe(1)
    const { compared, hashed } = JSON.parse(work[0] ?? '{}') as typeof seen
    expect(hashed).toEqual([KEY.length])
    expect(compared.every(lengths => lengths.join() === '32,32')).toBe(true)
    expect(compared.length).toBe(comparisons)
  })

  it('is never looked at: the store is asked by digest only', async () => {
    const asked: string[] = []
    const authenticate = hashedApiKeys({ keys: digest => void asked.push(digest) })
    for (const guess of guesses) await expect(authenticate(request(guess))).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(new Set(asked).size).toBe(guesses.length)
    expect(asked.every(digest => /^[0-9a-f]{64}$/.test(digest))).toBe(true)
    // Digests of near misses have nothing in common that a database index could tell by its time.
    const prefix = hashApiKey(KEY).slice(0, 4)
    expect(asked.filter(digest => digest.startsWith(prefix))).toEqual([])
  })

  it('would show in this test: a map of plain tokens hashes and compares nothing', async () => {
    const authenticate = bearer(new Map([[KEY, { id: 'a' }]]))
    expect(await authenticate(request(KEY))).toBe(null)
    expect(seen).toEqual({ compared: [], hashed: [] })
  })
})
