import { isStowageError } from '../../../contracts/errors.ts'
import type { ObjectInfo, PutOptions, StorageAdapter, StorageBody } from '../../../contracts/storage.ts'
import type { StorageOperation } from '../layer.ts'
import { listenForErrors } from '../stream.ts'
import { landedObject, type Reads } from './same-object.ts'
import { mayPass, type Tries } from './tries.ts'
import { type WrittenBody, writtenBytes, writtenStream } from './written-body.ts'

export interface Retrying {
  readonly storage: StorageAdapter
  readonly reads: Reads
  readonly tries: Tries
}

type WriteOptions = Pick<PutOptions, 'sizeBytes' | 'checksum' | 'disposableChunks' | 'signal'>

/** A body, and its options such that it can be handed over again. */
function written<O extends WriteOptions>(
  body: StorageBody,
  options: O | undefined,
): { readonly body: WrittenBody; readonly options: O | undefined } {
  listenForErrors(body)
  if (!(body instanceof Uint8Array)) return { body: writtenStream(body, options ?? {}), options }
  // Its memory must outlive the first try.
  return { body: writtenBytes(body), options: options?.disposableChunks ? { ...options, disposableChunks: false } : options }
}

/** Puts again as long as the body is whole; an outcome that nobody was told is looked up. */
export async function triedPut(
  { storage, reads, tries }: Retrying,
  key: string,
  [given, asked]: readonly [StorageBody, PutOptions | undefined],
): Promise<ObjectInfo> {
  const { body, options } = written(given, asked)
  const signal = options?.signal
  let unsure = false
  const landed = async (error: unknown): Promise<ObjectInfo> => {
    if (!unsure || signal?.aborted || !(mayPass(error) || isOwnDoing(error))) throw error
    const { attributes, userMetadata } = storage.capabilities
    const kept = attributes || userMetadata ? (options ?? {}) : {}
    const found = await landedObject(reads, { key, written: body, attributes: kept, signal }).catch(() => null)
    if (!found) throw error
    return found
  }
  const run = async (): Promise<ObjectInfo> => {
    try {
      return await storage.put(key, body.body, options)
    } catch (error) {
      if (mayPass(error) && body.sizeBytes !== null) unsure = true
      throw error
    }
  }
  try {
    return await tries.of({ op: 'put', signal, run, mayRepeat: () => body.isUntouched }).catch(landed)
  } finally {
    await body.end()
  }
}

/** What a try answers where one before it, whose answer was lost, has done the work. */
function isOwnDoing(error: unknown): boolean {
  return isStowageError(error, 'already_exists', 'precondition_failed')
}

/** The same for what may be written twice without harm, such as a part. */
export async function triedWrite<O extends WriteOptions, R>(
  tries: Tries,
  op: StorageOperation,
  [given, asked]: readonly [StorageBody, O | undefined],
  write: (body: StorageBody, options: O | undefined) => Promise<R>,
): Promise<R> {
  const { body, options } = written(given, asked)
  const run = () => write(body.body, options)
  try {
    return await tries.of({ op, signal: options?.signal, run, mayRepeat: () => body.isUntouched })
  } finally {
    await body.end()
  }
}
