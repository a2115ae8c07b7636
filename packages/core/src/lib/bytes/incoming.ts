import { createHash } from 'node:crypto'
import { StowageError } from '../contracts/errors.ts'
import { abortableReader, type ByteReader } from './abortable.ts'

/** Bodies up to this size are handed to storage in one piece. */
const WHOLE_BODY_BYTES = 64 * 1024

export interface IncomingOptions {
  readonly maxBytes: number
  readonly minBytes: number
  /** What the sender declared; held against what arrives. */
  readonly sizeBytes?: number
  readonly sha256?: string
  /** Nobody else keeps the source's chunks. */
  readonly disposableChunks?: boolean
  readonly signal?: AbortSignal
  /** Called for each chunk, with the bytes so far. */
  readonly onBytes?: (receivedBytes: number) => void
  /** Asked for each chunk behind the beginning; the next one is not read before it has settled. What it rejects with ends the body. */
  readonly admit?: (receivedBytes: number) => Promise<void> | null
}

/** A body on its way in: counted, hashed and limited while it passes. */
export interface Incoming {
  /** The first bytes, up to 64 KiB: all that sniffing may look at, and only until the body is consumed. */
  readonly prefix: Uint8Array
  /** The whole body where it was small, else the rest as a stream. Can be consumed once. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
  /** Exact, where it is known before the end. */
  readonly knownBytes: number | undefined
  /** Whether storage may take back the memory of the body's chunks. */
  readonly disposableChunks: boolean
  /** What the sender's side failed with, if it did: the body's source, its limits or its declared facts. */
  failure(): unknown
  /** Size and digest, once the body was consumed to its end. @throws `invalid_request` when it was not */
  result(): { sizeBytes: number; sha256: string }
  /** Releases the source, wherever it stands. */
  close(): Promise<void>
}

/**
 * Reads the beginning of a body, so that it can be refused before anything is stored.
 * @throws StowageError `content_too_large`, `invalid_request` (too short, or not as declared), `checksum_mismatch`, `aborted`
 */
export async function openIncoming(source: Uint8Array | AsyncIterable<Uint8Array>, options: IncomingOptions): Promise<Incoming> {
  const { sizeBytes, maxBytes } = options
  if (sizeBytes !== undefined && sizeBytes > maxBytes) throw tooLarge(maxBytes)
  const meter = createMeter(options)
  if (source instanceof Uint8Array) {
    meter.take(source)
    return whole(source, meter)
  }
  const reader = abortableReader(source, options.signal)
  const close = (): Promise<void> => reader.close()
  const sender: Sender = { failure: undefined }
  try {
    const { chunks, ended } = await readPrefix(reader, meter)
    const prefix = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    if (ended) {
      await close()
      return whole(prefix, meter)
    }
    const body = { [Symbol.asyncIterator]: () => metered(chunks, reader, { meter, sender, admit: options.admit }) }
    return {
      prefix: prefix.subarray(0, WHOLE_BODY_BYTES),
      body,
      knownBytes: sizeBytes,
      disposableChunks: options.disposableChunks ?? false,
      result: meter.result,
      failure: () => sender.failure,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function whole(body: Uint8Array, meter: Meter): Incoming {
  meter.end()
  return {
    prefix: body.subarray(0, WHOLE_BODY_BYTES),
    body,
    knownBytes: body.byteLength,
    disposableChunks: false,
    result: meter.result,
    failure: () => undefined,
    close: () => Promise.resolve(),
  }
}

async function readPrefix(reader: ByteReader, meter: Meter): Promise<{ chunks: Uint8Array[]; ended: boolean }> {
  const chunks: Uint8Array[] = []
  while (meter.bytes() < WHOLE_BODY_BYTES) {
    const next = await reader.next()
    if (next.done === true) return { chunks, ended: true }
    meter.take(next.value)
    if (next.value.byteLength > 0) chunks.push(next.value)
  }
  return { chunks, ended: false }
}

/** What went wrong on the sender's side, whatever storage makes of it. */
interface Sender {
  failure: unknown
}

/** What looks at a body while it passes. */
interface Passing {
  readonly meter: Meter
  readonly sender: Sender
  readonly admit: IncomingOptions['admit']
}

/** Replays what was read, then passes on the rest; a hand-made iterator, since this runs for every chunk of every upload. */
function metered(chunks: Uint8Array[], reader: ByteReader, { meter, sender, admit }: Passing): AsyncIterator<Uint8Array> {
  const replay = chunks.splice(0)
  let at = 0
  return {
    async next() {
      const again = replay[at]
      if (again) {
        replay[at] = EMPTY
        at += 1
        return { done: false, value: again }
      }
      try {
        const next = await reader.next()
        if (next.done === true) meter.end()
        else {
          meter.take(next.value)
          const waiting = admit?.(meter.bytes())
          if (waiting) await waiting
        }
        return next
      } catch (error) {
        sender.failure ??= error
        throw error
      }
    },
    async return() {
      await reader.close()
      return { done: true, value: undefined }
    },
  }
}

const EMPTY = new Uint8Array(0)

interface Meter {
  bytes(): number
  take(chunk: Uint8Array): void
  end(): void
  result(): { sizeBytes: number; sha256: string }
}

function createMeter({ maxBytes, minBytes, sizeBytes, sha256, signal, onBytes }: IncomingOptions): Meter {
  const hash = createHash('sha256')
  let received = 0
  let digest: string | undefined
  return {
    bytes: () => received,
    take(chunk) {
      if (signal?.aborted) throw new StowageError('aborted', 'The upload was aborted.', { cause: signal.reason })
      received += chunk.byteLength
      if (received > maxBytes) throw tooLarge(maxBytes)
      if (sizeBytes !== undefined && received > sizeBytes) throw wrongSize(sizeBytes, `more than that`)
      hash.update(chunk)
      onBytes?.(received)
    },
    end() {
      if (sizeBytes !== undefined && received !== sizeBytes) throw wrongSize(sizeBytes, `${received}`)
      if (received < minBytes) {
        const why = received === 0 ? 'The file is empty.' : `The file has ${received} bytes; the least is ${minBytes}.`
        throw new StowageError('invalid_request', why, { details: { receivedBytes: received, minBytes } })
      }
      digest = hash.digest('hex')
      if (sha256 !== undefined && sha256 !== digest) {
        throw new StowageError(
          'checksum_mismatch',
          'The bytes that arrived do not have the declared SHA-256. Send the file again.',
        )
      }
    },
    result() {
      if (digest === undefined) throw new StowageError('invalid_request', 'The body was not read to its end.')
      return { sizeBytes: received, sha256: digest }
    },
  }
}

function tooLarge(maxBytes: number): StowageError {
  return new StowageError('content_too_large', `The file is larger than the ${maxBytes} bytes allowed.`, {
    details: { maxBytes },
  })
}

function wrongSize(declared: number, got: string): StowageError {
  return new StowageError('invalid_request', `The sender declared ${declared} bytes and sent ${got}.`, {
    details: { declaredBytes: declared },
  })
}
