import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { GcsError, noBucket, noObject } from './gcs-error.ts'
import { type Hashes, hashesOf } from './hashes.ts'

/** What a client may say of an object. @see https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export interface ObjectMetadata {
  contentType?: string
  cacheControl?: string
  contentDisposition?: string
  contentEncoding?: string
  contentLanguage?: string
  temporaryHold?: boolean
  metadata?: Record<string, string>
}

export interface StoredObject extends Hashes {
  readonly bucket: string
  readonly name: string
  readonly file: string
  /** Grows with every write; a number of its own for each version of an object's bytes. */
  readonly generation: string
  metageneration: number
  said: ObjectMetadata
  readonly timeCreated: string
  updated: string
}

/** What must hold of the object that is there, null for none, before it is replaced. */
export type Precondition = (present: StoredObject | null) => void

/** Buckets and their objects: bytes in files of one folder, each version in a file of its own. */
export class ObjectStore {
  readonly folder: string
  readonly #now: () => number
  readonly #buckets = new Map<string, Map<string, StoredObject>>()
  #lastGeneration = 0n

  constructor(folder: string, now: () => number) {
    this.folder = folder
    this.#now = now
  }

  newFile(): string {
    return join(this.folder, randomUUID())
  }

  createBucket(name: string): void {
    if (this.#buckets.has(name)) throw new GcsError(409, 'conflict', 'Your previous request to create the bucket succeeded.')
    this.#buckets.set(name, new Map())
  }

  bucket(name: string): Map<string, StoredObject> {
    const found = this.#buckets.get(name)
    if (!found) throw noBucket()
    return found
  }

  find(bucket: string, name: string): StoredObject | null {
    return this.bucket(bucket).get(name) ?? null
  }

  get(bucket: string, name: string): StoredObject {
    const found = this.find(bucket, name)
    if (!found) throw noObject(bucket, name)
    return found
  }

  /**
   * Makes a file the newest version of an object, in one step that nothing comes between. The file is the store's from now on, and
   * removed where the write is refused.
   * @param hashed where the bytes were hashed already
   */
  async put(place: Place, said: ObjectMetadata, file: string, options: PutOptions = {}): Promise<StoredObject> {
    const { precondition, hashed } = options
    try {
      checkName(place.name)
      const { sizeBytes, crc32c, md5Hash } = hashed ?? (await hashesOf(file))
      const bucket = this.bucket(place.bucket)
      const present = bucket.get(place.name) ?? null
      precondition?.(present)
      if (present) refuseHeld(present)
      const now = new Date(this.#now()).toISOString()
      const times = { timeCreated: now, updated: now }
      const hashes = { sizeBytes, crc32c, md5Hash }
      const made = { ...place, ...hashes, file, said, generation: this.#nextGeneration(), metageneration: 1, ...times }
      bucket.set(place.name, made)
      if (present) await rm(present.file, { force: true })
      return made
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
  }

  /** A new metageneration: the same bytes, said otherwise. */
  change(object: StoredObject, said: ObjectMetadata): void {
    object.said = said
    object.metageneration += 1
    object.updated = new Date(this.#now()).toISOString()
  }

  async delete(object: StoredObject): Promise<void> {
    refuseHeld(object)
    this.bucket(object.bucket).delete(object.name)
    await rm(object.file, { force: true })
  }

  #nextGeneration(): string {
    const now = BigInt(Math.trunc(this.#now())) * 1000n
    this.#lastGeneration = now > this.#lastGeneration ? now : this.#lastGeneration + 1n
    return String(this.#lastGeneration)
  }
}

export interface Place {
  readonly bucket: string
  readonly name: string
}
interface PutOptions {
  readonly precondition?: Precondition
  readonly hashed?: Hashes
}

// https://cloud.google.com/storage/docs/object-holds: what is held is neither deleted nor replaced.
function refuseHeld({ said, bucket, name }: StoredObject): void {
  if (said.temporaryHold)
    throw new GcsError(403, 'forbidden', `Object '${bucket}/${name}' is under active Temporary hold and cannot be deleted.`)
}

// https://cloud.google.com/storage/docs/objects#naming
function checkName(name: string): void {
  const length = Buffer.byteLength(name)
  const wrong = length < 1 || length > 1024 || /[\r\n]/.test(name) || name === '.' || name === '..'
  if (wrong || name.startsWith('.well-known/acme-challenge/'))
    throw new GcsError(400, 'invalid', `The object name is not valid: ${JSON.stringify(name.slice(0, 100))}`)
}
