import { networkError } from '../connection.ts'
import type { BodyAnswer, BodyRequest } from '../inputs.ts'
import { toStream } from './to-stream.ts'

const PIECE_BYTES = 65_536

/** Sends a file as a counted stream; a form as it is. */
export async function sendByFetch(send: typeof fetch, { url, body, headers, onSent, ...init }: BodyRequest): Promise<BodyAnswer> {
  const { signal } = init
  const over = new AbortController()
  const streamed = body instanceof Blob && {
    body: toStream(
      counted(body, bytes => onSent(bytes, body.size)),
      over.signal,
    ),
    // The fetch standard demands it of streamed bodies: the answer is not awaited before the body's end.
    duplex: 'half',
    // Storages want to know the length beforehand, and servers can refuse what is too large at once.
    headers: { ...headers, 'content-length': String(body.size) },
  }
  try {
    const response = await send(url, { ...init, ...(streamed || { headers, body }) } as RequestInit)
    return { status: response.status, text: await response.text(), header: name => response.headers.get(name) }
  } catch (error) {
    signal.throwIfAborted()
    throw networkError(error)
  } finally {
    over.abort()
  }
}

async function* counted(blob: Blob, onSent: (bytes: number) => void): AsyncGenerator<Uint8Array, void> {
  const reader = blob.stream().getReader()
  let sent = 0
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      // Node hands out a blob in memory as one chunk: sent in pieces, its progress can be seen.
      for (let at = 0; at < next.value.length; at += PIECE_BYTES) {
        const piece = next.value.subarray(at, at + PIECE_BYTES)
        yield piece
        // Asked for more: what was given is on its way.
        sent += piece.length
        onSent(sent)
      }
    }
  } finally {
    await reader.cancel()
  }
}
