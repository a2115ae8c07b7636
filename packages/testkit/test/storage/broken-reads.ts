import { gunzipSync } from 'node:zlib'
import { type GetOptions, type ObjectContent, type ObjectInfo, type StorageAdapter, StowageError } from '@stowage/core/contracts'
import { type MemoryStorage, memoryStorage } from '../../src/index.ts'
import { type BrokenAdapter, broken, bytesOf, changed, fixtureOf, once, readsWrong } from './broken.ts'

const CHUNK = 1024 * 1024

export const brokenReads: readonly BrokenAdapter[] = [
  readsWrong('loses the last byte', ['S15', 'S30'], content => ({ ...content, body: shortened(content.body) })),
  broken('reuses the buffer that it yielded', ['S30'], reusesBuffers),
  broken('finds out while streaming that there is nothing', ['S31', 'S1'], streamsNothing),
  readsWrong('answers no range', ['S32', 'S34'], content => ({ ...content, range: null })),
  broken('reads the whole for any range', ['S32', 'S33', 'S34', 'S35', 'S36', 'S40'], inner => ({ get: key => inner.get(key) })),
  broken('refuses a suffix that is too long', ['S33'], refusesLongSuffix),
  broken('answers nothing for a range behind the end', ['S34', 'S35'], answersNothing),
  broken('takes no number for zero', ['S36'], inner => ({
    get: (key, { range, ...options } = {}) => {
      if (!range || 'suffix' in range) return inner.get(key, { ...options, ...(range && { range }) })
      return inner.get(key, { ...options, range: { ...range, start: Number.isNaN(range.start) ? 0 : range.start } })
    },
  })),
  { what: 'keeps a socket open when a read ends early', rows: ['S37'], create: leaksReads },
  broken('reads by position from what is there now', ['S38'], readsLive),
  { what: 'takes a cut-off answer for the whole', rows: ['S39'], create: endsEarly },
  broken('ignores ifMatch when it reads', ['S40', 'S47'], inner => ({
    get: (key, { ifMatch: _, ...options } = {}) => inner.get(key, options),
  })),
  readsWrong('unzips on the way', ['S41'], async content => ({ ...content, body: once(unzipped(await bytesOf(content.body))) })),
]

export const brokenAttributes: readonly BrokenAdapter[] = [
  seenWith('drops the parameters of content types', ['S42'], ({ contentType, ...info }) => ({
    ...info,
    ...(contentType !== undefined && { contentType: contentType.replace(/;.*/, '') }),
  })),
  seenWith('guesses a content type from the name', ['S42'], info => ({
    ...info,
    contentType: info.contentType ?? (info.key.endsWith('.html') ? 'text/html' : 'application/octet-stream'),
  })),
  seenWith('keeps no language', ['S43', 'S48'], ({ contentLanguage: _, ...info }) => info),
  seenWith('trims user metadata', ['S44'], info => ({
    ...info,
    ...(info.userMetadata && { userMetadata: mapped(info.userMetadata, value => value.trim()) }),
  })),
  broken('folds the names of user metadata', ['S44'], inner => ({
    put: (key, body, options = {}) => {
      const { userMetadata, ...rest } = options
      if (!userMetadata) return inner.put(key, body, options)
      const folded = Object.fromEntries(Object.entries(userMetadata).map(([name, value]) => [name.toLowerCase(), value]))
      return inner.put(key, body, { ...rest, userMetadata: folded })
    },
  })),
  broken('drops user metadata that is too much', ['S44'], inner => ({
    put: (key, body, options) =>
      inner.put(key, body, options).catch(error => {
        if (!options?.userMetadata) throw error
        const { userMetadata: _, ...rest } = options
        return inner.put(key, body, rest)
      }),
  })),
  broken('strips line breaks from headers', ['S45'], inner => ({
    put: (key, body, options = {}) => {
      const { contentType } = options
      const clean = contentType?.replaceAll(/\p{Cc}/gu, '')
      return inner.put(key, body, { ...options, ...(clean !== undefined && { contentType: clean }) })
    },
  })),
  seenWith('gives weak ETags', ['S46'], info => ({ ...info, etag: `W/${info.etag}` })),
  seenWith('makes ETags of the size', ['S46', 'S47'], info => ({ ...info, etag: `"${info.sizeBytes}"` })),
  broken('changes the ETag between put and head', ['S28', 'S46'], inner => ({
    head: async key => (await inner.head(key).then(info => info && { ...info, etag: '"other"' })) ?? null,
  })),
  broken('gives joined parts the ETag of the last', ['S47'], lastPartsEtag),
  broken('loses the bytes when attributes change', ['S48'], inner => ({
    setAttributes: async (key, attributes, options) => {
      await inner.setAttributes(key, attributes, options)
      return inner.put(key, new Uint8Array(0), attributes)
    },
  })),
  broken('adds attributes to those that were there', ['S48'], inner => ({
    setAttributes: async (key, attributes, options) => {
      const { contentType = '', cacheControl = '' } = (await inner.head(key)) ?? {}
      return inner.setAttributes(key, { contentType, cacheControl, ...attributes }, options)
    },
  })),
]

/** One that says something else of its objects, in every answer. */
function seenWith(what: string, rows: readonly string[], see: (info: ObjectInfo) => ObjectInfo): BrokenAdapter {
  return broken(what, rows, inner => ({
    put: async (key, body, options) => see(await inner.put(key, body, options)),
    get: async (key, options) => {
      const content = await inner.get(key, options)
      return { ...content, info: see(content.info) }
    },
    head: async key => {
      const info = await inner.head(key)
      return info && see(info)
    },
    list: async options => {
      const page = await inner.list(options)
      return { ...page, objects: page.objects.map(see) }
    },
    copy: async (from, to, options) => see(await inner.copy(from, to, options)),
    setAttributes: async (key, attributes, options) => see(await inner.setAttributes(key, attributes, options)),
    multipart: {
      ...inner.multipart,
      complete: async (upload, parts, options) => see(await inner.multipart.complete(upload, parts, options)),
    },
  }))
}

const mapped = (record: Readonly<Record<string, string>>, map: (value: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))

function unzipped(bytes: Buffer): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
}

async function* shortened(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let last: Uint8Array | null = null
  for await (const chunk of body) {
    if (last) yield last
    last = chunk
  }
  if (last) yield last.subarray(0, -1)
}

function reusesBuffers(inner: MemoryStorage): Partial<StorageAdapter> {
  const buffer = Buffer.alloc(64 * 1024)
  const body = async function* (content: ObjectContent): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of content.body) {
      buffer.set(chunk)
      yield buffer.subarray(0, chunk.byteLength)
    }
  }
  return {
    get: async (key, options) => {
      const content = await inner.get(key, options)
      return { ...content, body: body(content) }
    },
  }
}

function streamsNothing(inner: StorageAdapter): Partial<StorageAdapter> {
  const info = { key: '', sizeBytes: 0, etag: '"none"', lastModified: new Date(0) }
  const failing = async function* (error: unknown): AsyncGenerator<Uint8Array, void> {
    yield new Uint8Array(0)
    throw error
  }
  return {
    get: (key, options) => inner.get(key, options).catch(error => ({ info, range: null, body: failing(error) })),
    head: async key => (await inner.head(key)) ?? { ...info, key },
  }
}

function refusesLongSuffix(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async get(key, options = {}) {
      const { range } = options
      const size = (await inner.head(key))?.sizeBytes ?? 0
      if (range && 'suffix' in range && range.suffix > size) throw new StowageError('range_not_satisfiable', 'Too long.')
      return inner.get(key, options)
    },
  }
}

function answersNothing(inner: StorageAdapter): Partial<StorageAdapter> {
  return {
    async get(key, options: GetOptions = {}) {
      try {
        return await inner.get(key, options)
      } catch (error) {
        if (!(error instanceof StowageError) || error.code !== 'range_not_satisfiable') throw error
        return { ...(await inner.get(key)), range: null, body: once(new Uint8Array(0)) }
      }
    },
  }
}

async function leaksReads() {
  let open = 0
  const storage = changed(inner => ({
    get: async (key, options) => {
      const content = await inner.get(key, options)
      const body = async function* (): AsyncGenerator<Uint8Array, void> {
        open += 1
        for await (const chunk of content.body) yield chunk
        open -= 1
      }
      return { ...content, body: body() }
    },
  }))
  return fixtureOf(storage, { openResources: () => open })
}

function readsLive(inner: MemoryStorage): Partial<StorageAdapter> {
  return {
    async get(key, options) {
      const content = await inner.get(key, options)
      if (content.range || content.info.sizeBytes < CHUNK) return content
      const body = async function* (): AsyncGenerator<Uint8Array, void> {
        for (let start = 0; start < content.info.sizeBytes; start += CHUNK) {
          const part = await inner.get(key, { range: { start, end: start + CHUNK - 1 } }).catch(() => null)
          if (!part) return
          yield await bytesOf(part.body)
        }
      }
      return { ...content, body: body() }
    },
  }
}

async function endsEarly() {
  const inner = memoryStorage()
  const kept = new Map<string, number>()
  const storage: StorageAdapter = {
    ...inner,
    async get(key, options) {
      const content = await inner.get(key, options)
      const body = async function* (): AsyncGenerator<Uint8Array, void> {
        let sent = 0
        for await (const chunk of content.body) {
          if (sent >= (kept.get(key) ?? Number.POSITIVE_INFINITY)) return
          yield chunk
          sent += chunk.byteLength
        }
      }
      return { ...content, body: body() }
    },
  }
  return fixtureOf(storage, { damage: async (key, keepBytes) => void kept.set(key, keepBytes) })
}

function lastPartsEtag(inner: MemoryStorage): Partial<StorageAdapter> {
  const etags = new Map<string, string>()
  const see = (info: ObjectInfo): ObjectInfo => ({ ...info, etag: etags.get(info.etag) ?? info.etag })
  return {
    head: async key => {
      const info = await inner.head(key)
      return info && see(info)
    },
    multipart: {
      ...inner.multipart,
      complete: async (upload, parts, options) => {
        const info = await inner.multipart.complete(upload, parts, options)
        etags.set(info.etag, parts.at(-1)?.etag ?? '')
        return see(info)
      },
    },
  }
}
