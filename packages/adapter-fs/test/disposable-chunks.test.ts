import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { fsStorage } from '../src/index.ts'
import { temporaryRoot } from './temporary-root.ts'

const CHUNK = 64 * 1024
const places: { remove(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(places.splice(0).map(place => place.remove()))
})

/** Chunks that each have their memory to themselves, as they come from a socket. */
const ownChunks = (bytes: Buffer): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => new Uint8Array(bytes.subarray(i * CHUNK, (i + 1) * CHUNK)))

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function stored(chunks: readonly Uint8Array[], disposableChunks: boolean): Promise<Buffer> {
  const place = await temporaryRoot()
  places.push(place)
  const storage = fsStorage({ root: place.root })
  await storage.put('a/b', each(chunks), { disposableChunks })
  const read: Uint8Array[] = []
  for await (const chunk of (await storage.get('a/b')).body) read.push(chunk)
  await storage.close()
  return Buffer.concat(read)
}

describe('the chunks of a large body', () => {
  const bytes = randomBytes(5 * 1024 * 1024 + 77)

  it('give their memory back once they are written, where nobody else keeps them', async () => {
    const chunks = ownChunks(bytes)
    expect((await stored(chunks, true)).equals(bytes)).toBe(true)
    expect(chunks.every(chunk => chunk.byteLength === 0)).toBe(true)
  })

  it('stay whole where somebody may keep them', async () => {
    const chunks = ownChunks(bytes)
    expect((await stored(chunks, false)).equals(bytes)).toBe(true)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  })

  it('stay whole where their memory holds more than the chunk', async () => {
    const whole = new Uint8Array(bytes)
    const chunks = Array.from({ length: 80 }, (_, i) => whole.subarray(i * CHUNK, (i + 1) * CHUNK))
    expect((await stored(chunks, true)).equals(bytes.subarray(0, 80 * CHUNK))).toBe(true)
    expect(Buffer.from(whole).equals(bytes)).toBe(true)
  })
})
