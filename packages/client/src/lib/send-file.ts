import { type Connection, type Outgoing, parse } from './connection.ts'
import { type Fields, type Frame, formFrame } from './form.ts'
import type { SendOptions, UploadProgress, UploadSource } from './inputs.ts'
import { sendByXhr } from './xhr.ts'

const PIECE_BYTES = 65_536
const NOTHING = new Uint8Array()

type FileRequest = Omit<Outgoing, 'body' | 'signal'> & {
  /** Text fields of a form; null sends the bytes as they are. */
  readonly fields: Fields | null
}

/** Sends bytes the cheapest way that the runtime and the options allow. */
export async function sendFile<T>(
  connection: Connection,
  request: FileRequest,
  source: UploadSource,
  options: SendOptions,
): Promise<T> {
  const { onProgress, signal } = options
  const blob = toBlob(source)
  const file = {
    filename: options.filename ?? (source instanceof File ? source.name : 'file'),
    contentType: options.contentType ?? (blob?.type || 'application/octet-stream'),
  }
  const frame = request.fields ? formFrame(request.fields, file) : { type: file.contentType, head: NOTHING, tail: NOTHING }
  const headers = { ...request.headers, 'content-type': frame.type }
  if (!blob || (onProgress && typeof XMLHttpRequest === 'undefined')) {
    const chunks = counted(blob ? readBlob(blob) : (source as AsyncIterable<Uint8Array>), blob?.size ?? null, onProgress)
    // Browsers set the length themselves and ignore this; Node sends it, and a server can refuse what is too large at once.
    const length = blob ? String(frame.head.length + blob.size + frame.tail.length) : undefined
    // Node's fetch goes on reading a body whose request has ended: the stream must end by itself.
    const over = new AbortController()
    const body = toStream(framed(frame, chunks), over.signal)
    const outgoing = { ...request, headers: { ...headers, 'content-length': length }, body, signal }
    return connection.ask<T>(outgoing).finally(() => over.abort())
  }
  const body = new Blob([frame.head, blob, frame.tail] as BlobPart[])
  if (!onProgress) return connection.ask({ ...request, headers, body, signal })
  signal?.throwIfAborted()
  const total = blob.size
  return parse(
    await sendByXhr({
      method: request.method,
      url: connection.url(request.path, request.query),
      headers: await connection.headers(headers),
      withCredentials: connection.credentials === 'include',
      body,
      signal,
      onFraction: fraction => onProgress({ loaded: Math.round(fraction * total), total, fraction }),
    }),
  )
}

export function toBlob(source: UploadSource): Blob | null {
  if (source instanceof Blob) return source
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source) ? new Blob([source as BlobPart]) : null
}

async function* framed(frame: Frame, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  if (frame.head.length > 0) yield frame.head
  yield* chunks
  if (frame.tail.length > 0) yield frame.tail
}

export async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  total: number | null,
  onProgress: ((progress: UploadProgress) => void) | undefined,
): AsyncGenerator<Uint8Array, void> {
  let loaded = 0
  for await (const chunk of chunks) {
    yield chunk
    // Asked for more: what was given is on its way.
    loaded += chunk.length
    onProgress?.({ loaded, total, fraction: total === null ? null : loaded / total })
  }
}

export async function* readBlob(blob: Blob): AsyncGenerator<Uint8Array, void> {
  const reader = blob.stream().getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      // Node hands out a blob in memory as one chunk: sent in pieces, its progress can be seen.
      for (let at = 0; at < next.value.length; at += PIECE_BYTES) yield next.value.subarray(at, at + PIECE_BYTES)
    }
  } finally {
    await reader.cancel()
  }
}

export function toStream(chunks: AsyncGenerator<Uint8Array, void>, over: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = over.aborted ? await chunks.return() : await chunks.next()
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
