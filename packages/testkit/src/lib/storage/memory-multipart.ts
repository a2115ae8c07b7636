import { createHash, randomUUID } from 'node:crypto'
import { type MultipartStorage, type ObjectAttributes, type PartInfo, StowageError } from '@stowage/core/contracts'
import type { StoreObject } from './memory-storage.ts'
import { collect, throwIfAborted } from './read-body.ts'

interface Upload {
  readonly key: string
  readonly attributes: ObjectAttributes
  readonly parts: Map<number, { readonly bytes: Uint8Array; readonly etag: string }>
}

type Limits = Pick<MultipartStorage, 'minPartBytes' | 'maxPartBytes'>

/** Unfinished uploads in memory. */
export class MemoryMultipart implements MultipartStorage {
  readonly minPartBytes: number
  readonly maxPartBytes: number
  readonly maxParts = 10_000
  readonly #store: StoreObject
  readonly #uploads = new Map<string, Upload>()

  constructor({ minPartBytes, maxPartBytes }: Limits, store: StoreObject) {
    this.minPartBytes = minPartBytes
    this.maxPartBytes = maxPartBytes
    this.#store = store
  }

  create: MultipartStorage['create'] = async (key, { signal, ...attributes } = {}) => {
    throwIfAborted(signal)
    const uploadId = randomUUID()
    this.#uploads.set(uploadId, { key, attributes, parts: new Map() })
    return { uploadId }
  }

  putPart: MultipartStorage['putPart'] = async ({ key, uploadId, partNumber }, body, { sizeBytes, signal } = {}) => {
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > this.maxParts)
      throw invalid(`There is no part ${partNumber}`)
    this.#find(key, uploadId)
    const bytes = await collect(body, this.maxPartBytes, signal)
    if (sizeBytes !== undefined && sizeBytes !== bytes.byteLength) throw invalid(`The part does not have ${sizeBytes} bytes`)
    throwIfAborted(signal)
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`
    this.#find(key, uploadId).parts.set(partNumber, { bytes, etag })
    return { partNumber, sizeBytes: bytes.byteLength, etag }
  }

  listParts: MultipartStorage['listParts'] = async (key, uploadId) => {
    const parts = [...this.#find(key, uploadId).parts].sort(([a], [b]) => a - b)
    return parts.map(([partNumber, { bytes, etag }]): PartInfo => ({ partNumber, sizeBytes: bytes.byteLength, etag }))
  }

  complete: MultipartStorage['complete'] = async ({ key, uploadId }, parts, { createOnly, signal } = {}) => {
    throwIfAborted(signal)
    const upload = this.#find(key, uploadId)
    if (parts.length === 0) throw invalid('An upload without parts')
    const chunks = parts.map(({ partNumber, etag }, index) => {
      const part = upload.parts.get(partNumber)
      if (part?.etag !== etag) throw invalid(`Part ${partNumber} is missing or was sent again`)
      if (partNumber <= (parts[index - 1]?.partNumber ?? 0)) throw invalid(`Part ${partNumber} is out of order`)
      if (index < parts.length - 1 && part.bytes.byteLength < this.minPartBytes) throw invalid(`Part ${partNumber} is too small`)
      return part.bytes
    })
    const info = this.#store(key, Buffer.concat(chunks), { ...upload.attributes, ...(createOnly && { createOnly }) })
    this.#uploads.delete(uploadId)
    return info
  }

  abort: MultipartStorage['abort'] = async (_key, uploadId) => {
    this.#uploads.delete(uploadId)
  }

  #find(key: string, uploadId: string): Upload {
    const upload = this.#uploads.get(uploadId)
    if (upload?.key === key) return upload
    throw new StowageError('not_found', `There is no unfinished upload ${JSON.stringify(uploadId)} of this key.`)
  }
}

function invalid(message: string): StowageError {
  return new StowageError('invalid_request', `${message}.`)
}
