import { createConnection, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { StowageError } from '@stowage/core/contracts'
import { notClamav } from './reply.ts'

export type ClamdAddress = { readonly host: string; readonly port: number } | { readonly path: string }

export interface Connecting {
  readonly address: ClamdAddress
  readonly connectTimeoutMs: number
  /** Ends the connection. */
  readonly signal: AbortSignal
}

export interface ClamdReply {
  /** Without the NUL at its end. */
  readonly text: string
  /** Whether clamd had the whole stream before it answered. */
  readonly afterAll: boolean
}

const MAX_REPLY_BYTES = 4096
const NUL = 0

/**
 * Sends a stream to clamd, one INSTREAM per connection, and resolves to its answer.
 * @throws what the source throws; an error of the connection; StowageError `timeout`, `unavailable`, `bad_gateway`
 * @see clamd(8), INSTREAM
 */
export async function scanStream(connecting: Connecting, chunks: AsyncIterable<Uint8Array>): Promise<ClamdReply> {
  const { signal } = connecting
  const socket = await connect(connecting)
  const destroy = (): void => void socket.destroy()
  signal.addEventListener('abort', destroy, { once: true })
  try {
    signal.throwIfAborted()
    let afterAll = false
    const answer = readAnswer(socket)
    const sending = send(socket, chunks, () => {
      afterAll = true
    })
    // An answer before the end, such as a refusal, ends the sending; a failure of either ends both.
    const text = await Promise.race([answer, sending.then(() => answer)])
    return { text, afterAll }
  } finally {
    signal.removeEventListener('abort', destroy)
    socket.destroy()
  }
}

function connect({ address, connectTimeoutMs, signal }: Connecting): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = createConnection(address)
  const give = (error: Error): void => {
    socket.destroy()
    reject(error)
  }
  const timer = setTimeout(() => {
    give(new StowageError('timeout', 'There was no connection to the malware scanner in time.'))
  }, connectTimeoutMs)
  const abort = (): void => give(new Error('Given up while connecting.', { cause: signal.reason }))
  signal.addEventListener('abort', abort, { once: true })
  // Stays for the connection's whole life: an error without a listener would end the process.
  socket.on('error', give)
  socket.once('connect', () => resolve(socket))
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  })
}

async function send(socket: Socket, chunks: AsyncIterable<Uint8Array>, onEnd: () => void): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'))
  for await (const chunk of chunks) {
    // A length of zero would end the stream, and what follows would never be looked at.
    if (chunk.byteLength === 0) continue
    // An answer that came meanwhile is read first: a failed write would lose it.
    await setImmediate()
    if (socket.destroyed) return
    socket.cork()
    socket.write(lengthOf(chunk.byteLength))
    const written = write(socket, chunk)
    socket.uncork()
    await written
  }
  onEnd()
  await write(socket, lengthOf(0))
}

function lengthOf(byteCount: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(byteCount)
  return bytes
}

/** Resolves once the system has taken the bytes: no more than one chunk waits in memory. */
function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.write(bytes, error => (error ? reject(error) : resolve()))
  return promise
}

function readAnswer(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let bytes = Buffer.alloc(0)
  const refuse = (): void => {
    if (bytes.byteLength === 0)
      reject(new StowageError('unavailable', 'The malware scanner ended the connection without an answer.'))
    else reject(notClamav(bytes.toString('latin1', 0, 100)))
  }
  socket.on('error', reject)
  socket.on('close', refuse)
  socket.on('data', chunk => {
    bytes = Buffer.concat([bytes, chunk])
    const end = bytes.indexOf(NUL)
    if (end >= 0) resolve(bytes.toString('utf8', 0, end))
    else if (bytes.byteLength > MAX_REPLY_BYTES) refuse()
  })
  return promise
}
