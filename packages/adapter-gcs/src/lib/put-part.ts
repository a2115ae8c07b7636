import { createHash } from 'node:crypto'
import { abortableBody, type PartInfo, type PutOptions, type StorageBody, StowageError } from '@stowage/core/contracts'
import { refused } from './errors.ts'
import { type Place, quoted, xmlPath } from './place.ts'
import type { PartToSign } from './presign.ts'
import type { ServiceAnswer } from './requests.ts'
import { refusalIn } from './service.ts'

type Options = Pick<PutOptions, 'sizeBytes' | 'signal'>

/** Sent as it comes: a part may be larger than memory. One that lies in memory is sent again where that may help. */
export async function putPart(place: Place, part: PartToSign, body: StorageBody, options: Options): Promise<PartInfo> {
  const inMemory = body instanceof Uint8Array
  const sizeBytes = options.sizeBytes ?? (inMemory ? body.byteLength : undefined)
  for (let n = inMemory ? 1 : Number.POSITIVE_INFINITY; ; n += 1) {
    const passed = new Passed(body, { ...options, ...(sizeBytes !== undefined && { sizeBytes }) })
    try {
      const answer = await send(place, part, passed, { ...options, ...(sizeBytes !== undefined && { sizeBytes }) })
      return { partNumber: part.partNumber, sizeBytes: passed.sizeBytes, etag: etagIn(answer, passed, part) }
    } catch (error) {
      // What was wrong with the body says more than the broken connection that came of it.
      if (passed.error !== null) throw passed.error
      await place.service.pauseAfter(error, n, options.signal)
    }
  }
}

async function send(place: Place, { key, uploadId, partNumber }: PartToSign, passed: Passed, { sizeBytes, signal }: Options) {
  const doing = `store a part of ${quoted(key)}`
  if (sizeBytes === 0) await passed.drain()
  const answer = await place.service.once({
    doing,
    method: 'PUT',
    path: xmlPath(place, key),
    query: { uploadId, partNumber: String(partNumber) },
    body: { chunks: () => (sizeBytes === 0 ? [] : passed), ...(sizeBytes !== undefined && { sizeBytes }) },
    signal,
  })
  if (passed.error !== null) throw passed.error
  if (answer.status >= 300) throw refused(refusalIn(answer), doing)
  return answer
}

/** The part's ETag is the MD5 of its bytes where the service says so; then it must be that of what was sent. */
function etagIn({ headers }: ServiceAnswer, passed: Passed, { key, partNumber }: PartToSign): string {
  const etag = headers.get('etag') ?? ''
  const hash = /(?:^|,)\s*md5=([^,\s]+)/.exec(headers.get('x-goog-hash') ?? '')?.[1]
  if (etag !== '' && (hash === undefined || hash === passed.md5)) return etag
  throw new StowageError('bad_gateway', `Part ${partNumber} of ${quoted(key)} is not what was sent. Send it again.`)
}

/** A body on its way, which must have the declared length. */
class Passed implements AsyncIterable<Uint8Array> {
  readonly #body: StorageBody
  readonly #options: Options
  readonly #hash = createHash('md5')
  sizeBytes = 0
  /** What went wrong with the body itself. */
  error: unknown = null

  constructor(body: StorageBody, options: Options) {
    this.#body = body
    this.#options = options
  }

  get md5(): string {
    return this.#hash.digest('base64')
  }

  async drain(): Promise<void> {
    for await (const _ of this);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of abortableBody(this.#body, this.#options.signal)) yield this.#counted(chunk)
      const { sizeBytes } = this.#options
      if (sizeBytes !== undefined && this.sizeBytes < sizeBytes) throw wrongLength(sizeBytes)
    } catch (error) {
      this.error = error
      throw error
    }
  }

  #counted(chunk: Uint8Array): Uint8Array {
    const { sizeBytes } = this.#options
    this.sizeBytes += chunk.byteLength
    if (sizeBytes !== undefined && this.sizeBytes > sizeBytes) throw wrongLength(sizeBytes)
    this.#hash.update(chunk)
    return chunk
  }
}

function wrongLength(declared: number): StowageError {
  return new StowageError('invalid_request', `The part does not have the declared ${declared} bytes.`)
}
