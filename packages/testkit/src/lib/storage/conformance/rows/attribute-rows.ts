import assert from 'node:assert/strict'
import type { ObjectAttributes, ObjectInfo, StorageAdapter } from '@stowage/core/contracts'
import type { Row, RowContext } from '../harness.ts'
import { chunksOf, failsWith, headOf, isAbsent, pattern, read, readText, sameBytes, text } from '../tools.ts'
import { watched } from '../watched.ts'

const UNKNOWN_TYPES = [undefined, 'application/octet-stream', 'binary/octet-stream']
const CONTROLS = ['a\r\nx-injected: y', 'a\nb', 'a\rb', 'a\0b', 'a\u007fb']

export const attributeRows: readonly Row[] = [
  { id: 'S42', title: 'a content type is kept with its parameters, and never guessed', needs: ['attributes'], run: contentTypes },
  {
    id: 'S43',
    title: 'cache control, disposition and language are kept',
    needs: ['attributes'],
    async run(context) {
      const all = {
        cacheControl: 'public, max-age=31536000, immutable',
        contentDisposition: 'attachment; filename="na_ve.txt"; filename*=UTF-8\'\'na%C3%AFve%20%E2%82%AC.txt',
        contentLanguage: 'de-CH, en',
      }
      for (const [name, value] of Object.entries(all)) await keeps(context, { [name]: value })
      await keeps(context, { ...all, contentType: 'text/plain' })
    },
  },
  {
    id: 'S44',
    title: 'user metadata: any letters, one case, and a limit that is kept',
    needs: ['userMetadata'],
    run: userMetadata,
  },
  { id: 'S45', title: 'line breaks and other controls never reach a header', needs: ['attributes'], run: injections },
  { id: 'S48', title: 'a change of attributes keeps the bytes', needs: ['setAttributes'], run: changes },
]

function attributesOf(info: ObjectInfo | null): ObjectAttributes {
  assert.ok(info)
  const { contentType, cacheControl, contentDisposition, contentLanguage, userMetadata } = info
  return { contentType, cacheControl, contentDisposition, contentLanguage, userMetadata } as ObjectAttributes
}

/** The attributes come back by every way of writing and reading; what was not said is not there. */
async function keeps({ storage, second, partBytes }: RowContext, attributes: ObjectAttributes): Promise<void> {
  const check = async (key: string, written: ObjectInfo | undefined) => {
    assert.ok(written)
    const { body, info } = await storage.get(key)
    await body[Symbol.asyncIterator]().return?.()
    for (const found of [written, await second.head(key), info]) {
      const { contentType, userMetadata, ...rest } = attributesOf(found)
      if (attributes.contentType) assert.equal(contentType, attributes.contentType)
      else assert.ok(UNKNOWN_TYPES.includes(contentType), `a content type was made up: ${contentType}`)
      assert.deepEqual({ ...userMetadata }, attributes.userMetadata ?? {})
      assert.deepEqual(rest, {
        cacheControl: attributes.cacheControl,
        contentDisposition: attributes.contentDisposition,
        contentLanguage: attributes.contentLanguage,
      })
    }
  }
  await check('k.html', await storage.put('k.html', text('<html>'), attributes))
  if (storage.copy) await check('copy.png', await storage.copy('k.html', 'copy.png'))
  if (!storage.multipart) return
  const { uploadId } = await storage.multipart.create('parts.txt', attributes)
  const upload = { key: 'parts.txt', uploadId }
  const part = await storage.multipart.putPart({ ...upload, partNumber: 1 }, pattern(partBytes))
  await check('parts.txt', await storage.multipart.complete(upload, [part]))
}

async function contentTypes(context: RowContext): Promise<void> {
  for (const contentType of [
    'text/plain',
    'text/plain; charset=utf-8',
    'Text/HTML;Charset="UTF-8"',
    'application/vnd.example+json; a=b; c="d;e"',
    'image/svg+xml',
  ])
    await keeps(context, { contentType })
  await keeps(context, {})
}

async function userMetadata(context: RowContext): Promise<void> {
  const { storage } = context
  await keeps(context, {
    userMetadata: {
      plain: 'a',
      empty: '',
      'with-dash_and.dot': ' spaces at the ends ',
      unicode: 'na\u00efve \u05e9\u05dc\u05d5\u05dd 🦄',
      encoded: '=?UTF-8?Q?a?= %41 &amp; "q", b=c;',
      constructor: 'not that one',
    },
  })
  const max = storage.capabilities.maxUserMetadataBytes
  await keeps(context, { userMetadata: { n: 'x'.repeat(max - 1) } })
  await storage.put('k', text('old'), { userMetadata: { a: '1' } })
  const refused: Record<string, string>[] = [
    { n: 'x'.repeat(max) },
    { n: 'é'.repeat(Math.ceil(max / 2)) },
    { A: '1', a: '2' },
    { A: '1' },
    { 'a b': '1' },
    { é: '1' },
    { '': '1' },
    { a: '\ud800' },
    ...CONTROLS.flatMap(bad => [{ a: bad }, { [bad]: 'a' }]),
  ]
  for (const metadata of refused) await refusesAttributes(context, { userMetadata: metadata })
  assert.deepEqual({ ...(await storage.head('k'))?.userMetadata }, { a: '1' })
  await storage.put('k', text('new'))
  assert.deepEqual({ ...(await storage.head('k'))?.userMetadata }, {}, 'an overwrite replaces it')
}

/** Refused before a byte is taken, wherever attributes can be given. */
async function refusesAttributes({ storage }: RowContext, attributes: ObjectAttributes): Promise<void> {
  const what = JSON.stringify(attributes).slice(0, 100)
  const body = watched(() => chunksOf(text('x'), 1))
  await failsWith(storage.put('refused', body, attributes), 'invalid_request').catch(error => assert.fail(`${what}: ${error}`))
  assert.equal(body.pulled, 0, `a byte was taken: ${what}`)
  await isAbsent(storage, 'refused')
  if (storage.multipart) await failsWith(storage.multipart.create('refused', attributes), 'invalid_request')
  if (storage.setAttributes) await failsWith(storage.setAttributes('k', attributes), 'invalid_request')
}

async function injections(context: RowContext): Promise<void> {
  const { storage } = context
  await storage.put('k', text('x'), { contentType: 'text/plain' })
  const before = await headOf(storage, 'k')
  for (const name of ['contentType', 'cacheControl', 'contentDisposition', 'contentLanguage']) {
    for (const value of [...CONTROLS, 'é', '🦄']) await refusesAttributes(context, { [name]: value })
  }
  assert.deepEqual(await storage.head('k'), before)
}

async function changes({ storage, second }: RowContext): Promise<void> {
  const change = (...args: Parameters<NonNullable<StorageAdapter['setAttributes']>>) =>
    Promise.resolve(storage.setAttributes?.(...args))
  const bytes = pattern(300_000)
  const before = await storage.put('k', bytes, { contentType: 'text/plain', cacheControl: 'no-store' })
  const after = await change('k', { contentType: 'text/html; charset=utf-8', contentLanguage: 'de' })
  assert.ok(after)
  assert.deepEqual(await second.head('k'), after)
  assert.equal(after.contentType, 'text/html; charset=utf-8')
  assert.equal(after.contentLanguage, 'de')
  assert.equal(after.cacheControl, undefined, 'what was not said again is gone')
  assert.equal(after.sizeBytes, before.sizeBytes)
  sameBytes(await read(second, 'k'), bytes)
  await failsWith(change('none', { contentType: 'text/plain' }), 'not_found')
  await isAbsent(storage, 'none')
  await storage.put('k', text('next'))
  const next = await headOf(storage, 'k')
  await failsWith(change('k', { contentType: 'text/plain' }, { ifMatch: before.etag }), 'precondition_failed')
  assert.deepEqual(await storage.head('k'), next)
  await change('k', { contentType: 'text/plain' }, { ifMatch: next.etag })
  await change('k', {})
  assert.ok(UNKNOWN_TYPES.includes((await storage.head('k'))?.contentType))
  assert.equal(await readText(storage, 'k'), 'next')
}
