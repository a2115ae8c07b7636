import { createHash, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { type Answer, type Exchange, empty, xml } from './exchange.ts'
import { GcsError, xmlText } from './gcs-error.ts'
import { hashesOf } from './hashes.ts'
import { xmlIdentity } from './media.ts'
import type { ObjectMetadata, ObjectStore, Place } from './object-store.ts'
import { joined } from './objects-api.ts'
import { collect, receiveFile } from './receive.ts'
import { saidInHeaders } from './resource.ts'
import { checkLengthRange, checkPayload } from './xml-checks.ts'

const MIN_PART_BYTES = 5 * 1024 * 1024
const MAX_PARTS = 10_000

interface Part {
  readonly number: number
  readonly file: string
  readonly sizeBytes: number
  readonly etag: string
}

interface Upload {
  readonly place: Place
  readonly said: ObjectMetadata
  readonly initiated: string
  readonly parts: Map<number, Part>
}

/** Uploads in parts. @see https://cloud.google.com/storage/docs/multipart-uploads */
export class XmlMultipart {
  readonly #store: ObjectStore
  readonly #now: () => number
  readonly #open = new Map<string, Upload>()

  constructor(store: ObjectStore, now: () => number) {
    this.#store = store
    this.#now = now
  }

  get unfinished(): number {
    return this.#open.size
  }

  /** @see https://cloud.google.com/storage/docs/xml-api/post-object-multipart */
  begin({ headers }: Exchange, place: Place): Answer {
    this.#store.bucket(place.bucket)
    refusePreconditions(headers)
    const id = randomBytes(48).toString('base64url')
    const initiated = new Date(this.#now()).toISOString()
    this.#open.set(id, { place, said: saidInHeaders(headers), initiated, parts: new Map() })
    const names = `<Bucket>${xmlText(place.bucket)}</Bucket><Key>${xmlText(place.name)}</Key>`
    return xml(`<InitiateMultipartUploadResult>${names}<UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
  }

  async handle(exchange: Exchange, place: Place, id: string): Promise<Answer> {
    const upload = this.#find(place, id)
    if (exchange.method === 'PUT') return this.#putPart(exchange, place, id)
    if (exchange.method === 'GET') return this.#listParts(exchange, upload, id)
    if (exchange.method === 'POST') return this.#complete(exchange, upload, id)
    if (exchange.method !== 'DELETE') throw new GcsError(405, 'MethodNotAllowed')
    await this.#forget(id)
    return empty(204)
  }

  /** @see https://cloud.google.com/storage/docs/xml-api/put-object-multipart */
  async #putPart({ query, body, headers }: Exchange, place: Place, id: string): Promise<Answer> {
    const number = Number(query.get('partNumber'))
    if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS)
      throw new GcsError(400, 'InvalidArgument', `Part number must be from 1 to ${MAX_PARTS}.`)
    refusePreconditions(headers)
    const file = this.#store.newFile()
    const received = await receiveFile(body, file, 'x-goog-content-sha256' in headers)
    try {
      checkLengthRange(headers, received.sizeBytes)
      checkPayload(headers, received.sha256)
      const { crc32c, md5Hash } = received
      const upload = this.#find(place, id)
      const etag = `"${Buffer.from(md5Hash ?? '', 'base64').toString('hex')}"`
      const before = upload.parts.get(number)
      upload.parts.set(number, { number, file, etag, sizeBytes: received.sizeBytes })
      if (before) await rm(before.file, { force: true })
      return empty(200, { etag, 'x-goog-hash': `crc32c=${crc32c},md5=${md5Hash}`, 'content-length': '0' })
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
  }

  /** @see https://cloud.google.com/storage/docs/xml-api/get-object-multipart */
  #listParts({ query }: Exchange, { parts }: Upload, id: string): Answer {
    const max = Math.min(Number(query.get('max-parts') ?? 1000), 1000)
    const after = Number(query.get('part-number-marker') ?? 0)
    const rest = [...parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number)
    const shown = rest.slice(0, max)
    const listed = shown.map(
      ({ number, etag, sizeBytes }) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${xmlText(etag)}</ETag><Size>${sizeBytes}</Size></Part>`,
    )
    const next = `<NextPartNumberMarker>${shown.at(-1)?.number ?? 0}</NextPartNumberMarker>`
    const more = `<IsTruncated>${rest.length > max}</IsTruncated>`
    return xml(`<ListPartsResult><UploadId>${id}</UploadId>${next}${more}${listed.join('')}</ListPartsResult>`)
  }

  /** @see https://cloud.google.com/storage/docs/xml-api/get-bucket-uploads */
  list({ query }: Exchange, bucket: string): Answer {
    this.#store.bucket(bucket)
    const prefix = query.get('prefix') ?? ''
    const max = Math.min(Number(query.get('max-uploads') ?? 1000), 1000)
    const [key, marker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '']
    const rest = [...this.#open]
      .filter(([, { place }]) => place.bucket === bucket && place.name.startsWith(prefix))
      .sort(([a, x], [b, y]) => Buffer.compare(Buffer.from(x.place.name), Buffer.from(y.place.name)) || (a < b ? -1 : 1))
      .filter(([id, { place }]) => place.name > key || (place.name === key && id > marker))
    const shown = rest.slice(0, max)
    const listed = shown.map(([id, { place, initiated }]) => {
      return `<Upload><Key>${xmlText(place.name)}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`
    })
    const [lastId, last] = shown.at(-1) ?? []
    const next = `<NextKeyMarker>${xmlText(last?.place.name ?? '')}</NextKeyMarker><NextUploadIdMarker>${lastId ?? ''}</NextUploadIdMarker>`
    const more = `<IsTruncated>${rest.length > max}</IsTruncated>`
    return xml(`<ListMultipartUploadsResult>${next}${more}${listed.join('')}</ListMultipartUploadsResult>`)
  }

  /** @see https://cloud.google.com/storage/docs/xml-api/post-object-complete */
  async #complete({ body, headers, origin }: Exchange, upload: Upload, id: string): Promise<Answer> {
    refusePreconditions(headers)
    const asked = partsIn((await collect(body)).toString())
    const { place } = this.#find(upload.place, id)
    const parts = asked.map(({ number, etag }, index) => {
      const part = upload.parts.get(number)
      if (part?.etag !== etag) throw new GcsError(400, 'InvalidPart', `Part ${number} could not be found.`)
      if (number <= (asked[index - 1]?.number ?? 0))
        throw new GcsError(400, 'InvalidPartOrder', 'Parts must be in ascending order.')
      if (index < asked.length - 1 && part.sizeBytes < MIN_PART_BYTES)
        throw new GcsError(400, 'EntityTooSmall', `Part ${number} is smaller than ${MIN_PART_BYTES} bytes.`)
      return part
    })
    if (parts.length === 0) throw new GcsError(400, 'MalformedCompleteMultipartUploadRequest', 'There are no parts.')
    const file = await joined(
      parts.map(part => part.file),
      this.#store.newFile(),
    )
    const tag = createHash('md5')
      .update(parts.map(({ etag }) => etag).join())
      .digest('hex')
    const made = await this.#store.put(place, upload.said, file, { hashed: { ...(await hashesOf(file)), md5Hash: null } })
    await this.#forget(id)
    const names = `<Location>${origin}/${place.bucket}</Location><Bucket>${place.bucket}</Bucket><Key>${xmlText(place.name)}</Key>`
    const answer = xml(
      `<CompleteMultipartUploadResult>${names}<ETag>"${tag}-${parts.length}"</ETag></CompleteMultipartUploadResult>`,
    )
    return { ...answer, headers: { ...answer.headers, 'x-goog-generation': xmlIdentity(made)['x-goog-generation'] ?? '' } }
  }

  #find({ bucket, name }: Place, id: string): Upload {
    const upload = this.#open.get(id)
    if (upload?.place.bucket === bucket && upload.place.name === name) return upload
    throw new GcsError(404, 'NoSuchUpload', 'The requested upload was not found.')
  }

  async #forget(id: string): Promise<void> {
    const upload = this.#open.get(id)
    this.#open.delete(id)
    for (const { file } of upload?.parts.values() ?? []) await rm(file, { force: true })
  }
}

// https://cloud.google.com/storage/docs/request-preconditions: they can't be used in XML API multipart uploads.
function refusePreconditions(headers: Exchange['headers']): void {
  if (Object.keys(headers).some(name => name.startsWith('x-goog-if-')))
    throw new GcsError(400, 'NotImplemented', 'Preconditions are not supported in multipart uploads.')
}

function partsIn(body: string): { number: number; etag: string }[] {
  return [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
    etag: `"${(/<ETag>(.*?)<\/ETag>/.exec(part)?.[1] ?? '').replaceAll('&quot;', '').replaceAll('"', '')}"`,
  }))
}
