import { abortableBody, type StorageBody, StowageError } from '@stowage/core/contracts'

/** All bytes of a body, in one piece. For tests: the body must fit into memory. */
export async function readAll(body: StorageBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * Collects a body for memory storage, ending at once when `signal` aborts, and letting go of the source once.
 * @throws StowageError `aborted`, `content_too_large`
 */
export async function collect(body: StorageBody, maxBytes: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of abortableBody(body, signal)) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxBytes) throw new StowageError('content_too_large', `The body is longer than ${maxBytes} bytes.`)
    chunks.push(Uint8Array.from(chunk))
  }
  return Buffer.concat(chunks)
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StowageError('aborted', 'The call was aborted.', { cause: signal.reason })
}
