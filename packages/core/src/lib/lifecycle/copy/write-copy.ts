import { createHash } from 'node:crypto'
import type { BlobRecord } from '../../contracts/asset.ts'
import { isStowageError } from '../../contracts/errors.ts'
import type { ObjectInfo, StorageAdapter } from '../../contracts/storage.ts'
import { type CopyRun, findingOf, progressed } from './copy-run.ts'
import type { CopyFinding } from './report.ts'
import { readBack } from './verify.ts'

/** The bytes of the source are not what its row says. */
export class SourceFault extends Error {
  readonly finding: CopyFinding

  constructor(finding: CopyFinding, cause?: unknown) {
    super(finding.message, { cause })
    this.finding = finding
  }
}

/**
 * Writes a blob's object to the other storage under the same key.
 * @returns what lies there, with exactly the size and SHA-256 of the row
 * @throws SourceFault; what the other storage throws
 */
export async function writeCopy(run: CopyRun, source: StorageAdapter, blob: BlobRecord): Promise<ObjectInfo> {
  try {
    return await write(run, source, blob)
  } catch (error) {
    if (!isStowageError(error, 'already_exists')) throw error
    // By an attempt that was killed, or whose acknowledgement was lost.
    const found = await readBack(run, blob)
    if (found) return found
    const [result] = await run.to.delete([blob.key], { signal: run.signal })
    if (result?.error) throw result.error
    return write(run, source, blob)
  }
}

async function write(run: CopyRun, source: StorageAdapter, blob: BlobRecord): Promise<ObjectInfo> {
  const { to, signal } = run
  const { sizeBytes, sha256, contentType, key } = blob
  const reading = await openSource(run, source, blob)
  try {
    const info = await to.put(key, reading.body, {
      createOnly: to.capabilities.createOnly,
      ...(to.capabilities.attributes && contentType !== null ? { contentType } : {}),
      ...(sizeBytes === null ? {} : { sizeBytes }),
      ...(sha256 === null ? {} : { checksum: { algorithm: 'sha256', value: sha256 } as const }),
      disposableChunks: true,
      signal,
    })
    if (info.sizeBytes === sizeBytes) return info
    throw new Error(`Storage ${to.name} acknowledged ${info.sizeBytes} bytes of ${sizeBytes} for ${key}.`)
  } catch (error) {
    // A storage may wrap what its source threw.
    throw reading.failure() ?? error
  } finally {
    await reading.close()
  }
}

interface Reading {
  readonly body: AsyncIterable<Uint8Array>
  /** What went wrong with the source, if that is why a write failed. */
  failure(): unknown
  close(): Promise<void>
}

async function openSource(run: CopyRun, source: StorageAdapter, blob: BlobRecord): Promise<Reading> {
  const opened = await source.get(blob.key, { signal: run.signal }).catch(error => {
    throw faultOf(run, blob, error)
  })
  if (opened.info.sizeBytes !== blob.sizeBytes) {
    await opened.body[Symbol.asyncIterator]().return?.()
    const message = `Object ${blob.key} has ${opened.info.sizeBytes} bytes, not ${blob.sizeBytes}.`
    throw new SourceFault(findingOf('wrong_size', blob, message))
  }
  let failure: unknown
  const body = verified(run, blob, opened.body, error => {
    failure = error
  })
  return { body, failure: () => failure, close: async () => void (await body.return(undefined)) }
}

/** The bytes as they are read; ends in an error unless they are those of the row. */
async function* verified(
  run: CopyRun,
  blob: BlobRecord,
  body: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256')
  let read = 0
  const source = body[Symbol.asyncIterator]()
  const fail = (error: unknown): never => {
    failed(error)
    throw error
  }
  try {
    for (;;) {
      run.signal.throwIfAborted()
      const next = await source.next().catch(error => fail(faultOf(run, blob, error)))
      if (next.done) break
      const { byteLength } = next.value
      hash.update(next.value)
      await run.pace(byteLength, run.signal)
      yield next.value
      run.movedBytes += byteLength
      run.underWayBytes += byteLength
      read += byteLength
      progressed(run, 'copy')
    }
    const sha256 = hash.digest('hex')
    if (sha256 === blob.sha256) return
    const message = `Object ${blob.key} has SHA-256 ${sha256}, not ${blob.sha256}.`
    fail(new SourceFault(findingOf('wrong_digest', blob, message)))
  } finally {
    run.underWayBytes -= read
    await source.return?.()
  }
}

/** What a failed read means. Where waiting can help, it is no fault. */
function faultOf({ signal }: CopyRun, blob: BlobRecord, error: unknown): unknown {
  if (signal.aborted) return error
  if (isStowageError(error, 'not_found'))
    return new SourceFault(findingOf('missing_object', blob, `Object ${blob.key} of asset ${blob.assetId} is missing.`), error)
  const why = error instanceof Error ? error.message : String(error)
  return new SourceFault(findingOf('unreadable_object', blob, `Object ${blob.key} can't be read: ${why}`), error)
}
