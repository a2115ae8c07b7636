import assert from 'node:assert/strict'
import { createCipheriv, createHash } from 'node:crypto'
import {
  isStowageError,
  type ObjectContent,
  type ObjectInfo,
  type StorageAdapter,
  type StowageError,
  type StowageErrorCode,
} from '@stowage/core/contracts'
import type { StorageFixture } from './harness.ts'

/** Bytes that differ by position and seed, so that nothing mixed or shifted looks right. */
export function pattern(sizeBytes: number, seed = 1): Uint8Array {
  const key = Buffer.alloc(16)
  key.writeUInt32LE(seed)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes))
}

export const text = (value: string): Uint8Array => Buffer.from(value)
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

export async function* chunksOf(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array, void> {
  for (let i = 0; i < bytes.byteLength; i += chunkBytes) yield bytes.subarray(i, i + chunkBytes)
}

export async function bytesOf({ body }: Pick<ObjectContent, 'body'>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function read(storage: StorageAdapter, key: string): Promise<Buffer> {
  return bytesOf(await storage.get(key))
}

export async function readText(storage: StorageAdapter, key: string): Promise<string> {
  return (await read(storage, key)).toString()
}

export function sameBytes(actual: Uint8Array, expected: Uint8Array, what = 'bytes'): void {
  assert.equal(actual.byteLength, expected.byteLength, `${what}: length`)
  assert.ok(Buffer.compare(actual, expected) === 0, `${what}: contents differ`)
}

/** Every key under a prefix, page by page. */
export async function keysOf(storage: StorageAdapter, prefix = '', limit = 1000): Promise<string[]> {
  const keys: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<StorageAdapter['list']>> = await storage.list({ prefix, limit, ...(cursor && { cursor }) })
    assert.ok(page.objects.length <= limit, 'a page is not longer than its limit')
    const [first] = page.objects
    const last = keys.at(-1)
    const goesOn = first === undefined || last === undefined || Buffer.compare(Buffer.from(last), Buffer.from(first.key)) < 0
    assert.ok(goesOn, `a page begins with ${first?.key}, which is not behind ${last}`)
    assert.ok(page.objects.length > 0 || page.cursor === null, 'an empty page is the last one')
    keys.push(...page.objects.map(({ key }) => key))
    cursor = page.cursor
  } while (cursor !== null)
  return keys
}

/** Fails unless the call does, with one of these codes. */
export async function failsWith(promise: Promise<unknown>, ...codes: StowageErrorCode[]): Promise<StowageError> {
  const outcome = await promise.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  assert.ok('error' in outcome, `expected ${codes.join(' or ')}, but the call succeeded`)
  assert.ok(isStowageError(outcome.error, ...codes), `expected ${codes.join(' or ')}, got ${describe(outcome.error)}`)
  return outcome.error
}

const describe = (error: unknown) => (isStowageError(error) ? `${error.code}: ${error.message}` : String(error))

/** What every way of looking says alike; attributes are not among what a list must tell. */
export function listed({ key, sizeBytes, etag, lastModified }: ObjectInfo) {
  return { key, sizeBytes, etag, lastModified }
}

const CLOSE_MS = 60_000

/** What a write says, as it will be found. Its date may be that of the answer: the object's is then a moment earlier. */
export function foundAs(written: ObjectInfo | undefined, found: ObjectInfo | null): void {
  assert.ok(written && found)
  const apartMs = written.lastModified.getTime() - found.lastModified.getTime()
  assert.ok(Math.abs(apartMs) <= CLOSE_MS, `the write is dated ${apartMs} ms off`)
  assert.deepEqual({ ...written, lastModified: found.lastModified }, found)
}

/** What is there before something is tried. */
export async function headOf(storage: StorageAdapter, key: string): Promise<ObjectInfo> {
  const info = await storage.head(key)
  assert.ok(info, `there is no ${key}`)
  return info
}

/** Nothing there by any way of looking. */
export async function isAbsent(storage: StorageAdapter, key: string): Promise<void> {
  assert.equal(await storage.head(key), null, `head of ${key}`)
  await failsWith(storage.get(key), 'not_found')
  assert.ok(!(await keysOf(storage)).includes(key), `${key} is listed`)
}

/** Gates of rows: what the harness lacks, or null. */
export const needsOf =
  (...members: ('fetch' | 'clock' | 'openResources' | 'damage' | 'holdFast')[]) =>
  (fixture: StorageFixture): string | null => {
    const missing = members.find(member => fixture[member] === undefined)
    return missing ? `the harness gives no \`${missing}\`` : null
  }
