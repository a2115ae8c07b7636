import { type Answer, type Connection, networkError } from '../connection.ts'
import { sendByXhr } from './xhr.ts'

export interface Transfer {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Blob | FormData
  readonly signal: AbortSignal | undefined
  /** Told how many bytes of the body were sent; of a form, in browsers only. */
  readonly onSent: (bytes: number) => void
}

type Place = Pick<Connection, 'fetch'> & { readonly credentials: RequestCredentials }

const PIECE_BYTES = 65_536

/** Sends a body and tells how far it is: with XMLHttpRequest in browsers, as a counted stream elsewhere. Gives every answer, of errors too. */
export async function transfer(place: Place, { onSent, ...request }: Transfer): Promise<Answer> {
  const { url, body, headers, signal } = request
  signal?.throwIfAborted()
  if (typeof XMLHttpRequest !== 'undefined') {
    return sendByXhr({ ...request, withCredentials: place.credentials === 'include', onSent })
  }
  const init = { method: request.method, headers, credentials: place.credentials, signal: signal ?? null }
  const over = new AbortController()
  const streamed = body instanceof Blob && {
    body: toStream(counted(body, onSent), over.signal),
    // The fetch standard demands it of streamed bodies: the answer is not awaited before the body's end.
    duplex: 'half',
    // Storages want to know the length beforehand, and servers can refuse what is too large at once.
    headers: { ...headers, 'content-length': String(body.size) },
  }
  try {
    const response = await place.fetch(url, { ...init, ...(streamed || { body }) } as RequestInit)
    return { status: response.status, text: await response.text(), header: name => response.headers.get(name) }
  } catch (error) {
    signal?.throwIfAborted()
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

/** @param over ends it, and `chunks`: Node's fetch may go on reading a body whose request has ended, or leave it as it is */
export function toStream(chunks: AsyncGenerator<Uint8Array, void>, over: AbortSignal): ReadableStream<Uint8Array> {
  // How a source ends that nobody reads any more is no news.
  const end = () => void chunks.return().catch(() => undefined)
  over.addEventListener('abort', end, { once: true })
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      // Never closed early: a body cut short must not look whole.
      if (over.aborted) controller.error(over.reason)
      else if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return()
    },
  })
}
