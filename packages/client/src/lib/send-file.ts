import { type Connection, type Outgoing, parse } from './connection.ts'
import { type Fields, formData, formFrame } from './form.ts'
import type { SendOptions, UploadProgress, UploadSource } from './inputs.ts'
import { sendByXhr } from './xhr.ts'

const PIECE_BYTES = 65_536

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
  const blob = toBlob(source, options.contentType)
  const file = {
    filename: options.filename ?? (source instanceof File ? source.name : 'file'),
    contentType: options.contentType ?? (blob?.type || 'application/octet-stream'),
  }
  if (!blob || (onProgress && typeof XMLHttpRequest === 'undefined')) {
    const chunks = blob ? readBlob(blob) : (source as AsyncIterable<Uint8Array>)
    const total = blob ? blob.size : null
    // Node's fetch goes on reading a body whose request has ended: the stream must end by itself.
    const over = new AbortController()
    const outgoing = streamed(request, file, counted(chunks, total, onProgress), { total, over: over.signal })
    return connection.ask<T>({ ...request, ...outgoing, signal }).finally(() => over.abort())
  }
  const body = request.fields ? formData(request.fields, blob, file.filename) : blob
  const headers = { ...request.headers, ...(!request.fields && { 'content-type': file.contentType }) }
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

function toBlob(source: UploadSource, contentType: string | undefined): Blob | null {
  if (source instanceof Blob) return contentType === undefined ? source : source.slice(0, source.size, contentType)
  if (!(source instanceof ArrayBuffer || ArrayBuffer.isView(source))) return null
  return new Blob([source as BlobPart], { type: contentType ?? '' })
}

/** Body and headers that send chunks as they come, until `over` aborts. */
function streamed(
  request: FileRequest,
  file: { filename: string; contentType: string },
  chunks: AsyncIterable<Uint8Array>,
  stream: { readonly total: number | null; readonly over: AbortSignal },
): Pick<Outgoing, 'body' | 'headers'> {
  const none = new Uint8Array()
  const frame = request.fields ? formFrame(request.fields, file) : { type: file.contentType, head: none, tail: none }
  // Browsers set the length themselves and ignore this; Node sends it, and a server can refuse what is too large at once.
  const length = stream.total === null ? undefined : String(frame.head.length + stream.total + frame.tail.length)
  return {
    body: toStream(framed(frame.head, chunks, frame.tail), stream.over),
    headers: { ...request.headers, 'content-type': frame.type, 'content-length': length },
  }
}

async function* framed(head: Uint8Array, chunks: AsyncIterable<Uint8Array>, tail: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (head.length > 0) yield head
  yield* chunks
  if (tail.length > 0) yield tail
}

async function* counted(
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

async function* readBlob(blob: Blob): AsyncGenerator<Uint8Array, void> {
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

function toStream(chunks: AsyncGenerator<Uint8Array, void>, over: AbortSignal): ReadableStream<Uint8Array> {
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
