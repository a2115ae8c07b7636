import assert from 'node:assert/strict'
import { isStowageError, type MultipartStorage, type PartInfo } from '@stowage/core/contracts'
import type { Row, RowContext } from '../harness.ts'
import { assertClaims } from '../refusals.ts'
import { chunksOf, failsWith, isAbsent, keysOf, pattern, read, readText, sameBytes, text } from '../tools.ts'

export const multipartRows: readonly Row[] = [
  { id: 'S68', title: 'what is not claimed is refused before the first byte', run: ({ storage }) => assertClaims(storage) },
  { id: 'S69', title: 'parts resent, missing, out of order, or with a wrong ETag', needs: ['multipart'], run: parts },
  { id: 'S70', title: 'complete twice, abort twice, complete after abort', needs: ['multipart'], run: ends },
]

interface Uploading {
  readonly multipart: MultipartStorage
  readonly upload: { readonly key: string; readonly uploadId: string }
  readonly part: (partNumber: number, bytes: Uint8Array) => Promise<PartInfo>
}

async function begin({ storage }: RowContext, key: string): Promise<Uploading> {
  const { multipart } = storage
  assert.ok(multipart)
  const { uploadId } = await multipart.create(key)
  const upload = { key, uploadId }
  return { multipart, upload, part: (partNumber, bytes) => multipart.putPart({ ...upload, partNumber }, chunksOf(bytes, 50_000)) }
}

async function parts(context: RowContext): Promise<void> {
  const { storage, partBytes } = context
  const { multipart, upload, part } = await begin(context, 'joined/k')
  const [one, two, three] = [pattern(partBytes, 1), pattern(partBytes + 1, 2), pattern(3, 3)]
  const third = await part(3, three)
  const first = await part(1, one)
  const stale = await part(2, pattern(partBytes, 9))
  const second = await part(2, two)
  assert.deepEqual(await multipart.listParts(upload.key, upload.uploadId), [first, second, third])
  const fourth = { partNumber: 4, etag: first.etag }
  for (const [what, wrong] of Object.entries({
    'a missing part': [first, second, third, fourth],
    'out of order': [second, first, third],
    'the same twice': [first, first],
    'a wrong ETag': [first, { ...second, etag: '"wrong"' }, third],
    'the ETag of what was sent before': stale.etag === second.etag ? [] : [first, stale, third],
    'no part': [],
  })) {
    await failsWith(multipart.complete(upload, wrong), 'invalid_request').catch(error => assert.fail(`${what}: ${error}`))
    await isAbsent(storage, upload.key)
  }
  for (const partNumber of [0, -1, 1.5, multipart.maxParts + 1]) await failsWith(part(partNumber, one), 'invalid_request')
  await failsWith(multipart.putPart({ ...upload, partNumber: 5 }, one, { sizeBytes: one.byteLength + 1 }), 'invalid_request')
  assert.equal((await multipart.listParts(upload.key, upload.uploadId)).length, 3)
  const info = await multipart.complete(upload, [first, second, third])
  assert.deepEqual(await context.second.head(upload.key), info)
  sameBytes(await read(storage, upload.key), Buffer.concat([one, two, three]))
  await foreignUploads(context)
}

async function foreignUploads(context: RowContext): Promise<void> {
  const { multipart, upload, part } = await begin(context, 'mine')
  const first = await part(1, pattern(10))
  for (const foreign of [
    { key: 'mine', uploadId: '../../x' },
    { key: 'mine', uploadId: 'f'.repeat(32) },
    { key: 'yours', uploadId: upload.uploadId },
  ]) {
    await failsWith(multipart.putPart({ ...foreign, partNumber: 1 }, pattern(10)), 'not_found', 'invalid_request')
    await failsWith(multipart.listParts(foreign.key, foreign.uploadId), 'not_found', 'invalid_request')
    await failsWith(multipart.complete(foreign, [first]), 'not_found', 'invalid_request')
  }
  await multipart.abort(upload.key, upload.uploadId)
}

async function ends(context: RowContext): Promise<void> {
  const { storage, partBytes } = context
  const whole = await begin(context, 'k')
  const first = await whole.part(1, pattern(partBytes))
  const info = await whole.multipart.complete(whole.upload, [first])
  const again = await whole.multipart.complete(whole.upload, [first]).catch((error: unknown) => {
    assert.ok(isStowageError(error, 'not_found'), `a second complete: ${error}`)
    return info
  })
  assert.equal(again.etag, info.etag, 'a second complete is the first one')
  await whole.multipart.abort('k', whole.upload.uploadId)
  assert.deepEqual(await storage.head('k'), info)
  sameBytes(await read(storage, 'k'), pattern(partBytes))

  const dropped = await begin(context, 'dropped')
  const part = await dropped.part(1, text('x'))
  await dropped.multipart.abort('dropped', dropped.upload.uploadId)
  await dropped.multipart.abort('dropped', dropped.upload.uploadId)
  await failsWith(dropped.multipart.complete(dropped.upload, [part]), 'not_found')
  await failsWith(dropped.part(2, text('y')), 'not_found')
  await isAbsent(storage, 'dropped')

  if (storage.capabilities.createOnly) {
    const late = await begin(context, 'k')
    const only = await late.part(1, text('late'))
    await failsWith(late.multipart.complete(late.upload, [only], { createOnly: true }), 'already_exists')
    assert.deepEqual(await storage.head('k'), info)
    await late.multipart.complete(late.upload, [only])
    assert.equal(await readText(storage, 'k'), 'late')
  }
  assert.deepEqual(await keysOf(storage), ['k'])
}
