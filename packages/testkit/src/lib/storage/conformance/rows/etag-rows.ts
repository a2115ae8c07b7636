import assert from 'node:assert/strict'
import type { ObjectInfo } from '@stowage/core/contracts'
import type { Row, RowContext } from '../harness.ts'
import { bytesOf, failsWith, headOf, listed, pattern, read, readText, sameBytes, text } from '../tools.ts'

export const etagRows: readonly Row[] = [
  {
    id: 'S46',
    title: 'an ETag is quoted, the same however it is asked for, and changes with the bytes',
    async run(context) {
      const etags = new Set<string>()
      for (let i = 0; i < 50; i += 1) {
        const info = await context.storage.put('k', text(`same size ${String(i).padStart(3, '0')}`))
        etags.add(info.etag)
        if (i % 10 === 9) await context.storage.delete(['k'])
      }
      assert.equal(etags.size, 50, 'each of 50 quick overwrites of one size has an ETag of its own')
      await steady(context, await context.storage.put('k', text('12345')))
      await steady(context, await context.storage.put('empty', new Uint8Array(0)))
    },
  },
  { id: 'S47', title: 'the ETag of joined parts is of the whole, and opaque', needs: ['multipart'], run: joined },
]

async function steady({ storage, second }: RowContext, info: ObjectInfo): Promise<void> {
  const { key, etag } = info
  const found = await headOf(storage, key)
  assert.match(etag, /^"[\x21\x23-\x7e]+"$/, 'a strong ETag as in HTTP')
  for (const adapter of [storage, second, storage]) {
    assert.equal((await adapter.head(key))?.etag, etag)
    assert.deepEqual((await adapter.list({ prefix: key })).objects.map(listed), [listed(found)])
    const content = await adapter.get(key, { ifMatch: etag })
    await bytesOf(content)
    assert.equal(content.info.etag, etag)
  }
}

async function joined(context: RowContext): Promise<void> {
  const { storage, partBytes } = context
  const middle = [pattern(partBytes, 2), pattern(partBytes, 3)]
  const seen = new Set<string>()
  for (const [index, bytes] of middle.entries()) {
    const chunks = [pattern(partBytes, 1), bytes, pattern(7, 4)]
    const info = await upload(context, `joined-${index}`, chunks, seen)
    await steady(context, info)
    sameBytes(await read(storage, info.key), Buffer.concat(chunks))
    if (storage.copy) {
      const { key } = await storage.copy(info.key, 'copied', { ifMatch: info.etag })
      sameBytes(await read(storage, key), Buffer.concat(chunks), 'a copy on condition of the ETag')
    }
    await failsWith(storage.get(info.key, { ifMatch: '"other"' }), 'precondition_failed')
  }
  if (!storage.capabilities.conditionalPut) return
  const info = await storage.head('joined-0')
  assert.ok(info)
  await storage.put('joined-0', text('over'), { ifMatch: info.etag })
  assert.equal(await readText(storage, 'joined-0'), 'over')
}

/** `seen` holds the ETags of all parts and objects before: uploads that share parts must not share the ETag. */
async function upload(
  { storage }: RowContext,
  key: string,
  chunks: readonly Uint8Array[],
  seen: Set<string>,
): Promise<ObjectInfo> {
  const { multipart } = storage
  assert.ok(multipart)
  const { uploadId } = await multipart.create(key)
  const parts = await Promise.all(
    chunks.map((chunk, index) => multipart.putPart({ key, uploadId, partNumber: index + 1 }, chunk)),
  )
  const info = await multipart.complete({ key, uploadId }, parts)
  for (const { etag } of parts) seen.add(etag)
  assert.ok(!seen.has(info.etag), 'the ETag of the whole is that of a part, or of other bytes')
  seen.add(info.etag)
  return info
}
