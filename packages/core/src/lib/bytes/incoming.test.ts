import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openIncoming } from './incoming.ts'

const limits = { maxBytes: 1_000_000, minBytes: 1 }
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function sourceOf(chunks: Iterable<Uint8Array>) {
  const state = { returned: 0 }
  async function* generate() {
    try {
      yield* chunks
    } finally {
      state.returned += 1
    }
  }
  return { state, source: generate() }
}

async function collect(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('an incoming body', () => {
  it.each([1, 1000, 65_535, 65_536, 65_537, 300_000])('of %i bytes passes unchanged, counted and hashed', async size => {
    const bytes = Buffer.alloc(size, 'abcdefg')
    const chunks = Array.from({ length: Math.ceil(size / 777) }, (_, i) => bytes.subarray(i * 777, (i + 1) * 777))
    const incoming = await openIncoming(sourceOf(chunks).source, limits)
    expect(bytes.subarray(0, incoming.prefix.byteLength).equals(incoming.prefix)).toBe(true)
    expect((await collect(incoming.body)).equals(bytes)).toBe(true)
    expect(incoming.result()).toEqual({ sizeBytes: size, sha256: sha256(bytes) })
  })

  it('over the limit ends at the first chunk that crosses it, and releases its source', async () => {
    let made = 0
    async function* endless() {
      for (;;) {
        made += 1
        yield Buffer.alloc(100_000)
      }
    }
    const incoming = await openIncoming(endless(), limits)
    await expect(collect(incoming.body)).rejects.toMatchObject({ code: 'content_too_large' })
    expect(made).toBe(11)
  })

  it('declared too large is refused before a byte is read', async () => {
    const { source } = sourceOf([])
    await expect(openIncoming(source, { ...limits, sizeBytes: 2_000_000 })).rejects.toMatchObject({ code: 'content_too_large' })
  })

  it.each([
    ['empty', [], {}, 'invalid_request'],
    ['shorter than declared', [Buffer.from('abc')], { sizeBytes: 4 }, 'invalid_request'],
    ['longer than declared', [Buffer.from('abcde')], { sizeBytes: 4 }, 'invalid_request'],
    ['of another digest', [Buffer.from('abc')], { sha256: '0'.repeat(64) }, 'checksum_mismatch'],
  ])('%s is refused and its source released', async (_what, chunks, declared, code) => {
    const { source, state } = sourceOf(chunks)
    await expect(openIncoming(source, { ...limits, ...declared })).rejects.toMatchObject({ code })
    if (chunks.length > 0) expect(state.returned).toBe(1)
  })

  it('is given up as soon as its signal fires, even while the source is silent', async () => {
    const aborting = new AbortController()
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }
    const opening = openIncoming(silent, { ...limits, signal: aborting.signal })
    aborting.abort()
    await expect(opening).rejects.toMatchObject({ code: 'aborted' })
  })

  it('passes on what its source throws', async () => {
    async function* broken() {
      yield Buffer.alloc(70_000)
      throw new Error('cable cut')
    }
    const incoming = await openIncoming(broken(), limits)
    await expect(collect(incoming.body)).rejects.toThrow('cable cut')
    expect(incoming.failure()).toEqual(new Error('cable cut'))
    expect(() => incoming.result()).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
