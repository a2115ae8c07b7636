import { type Connection, type Outgoing, parse } from '../connection.ts'
import type { SendOptions, UploadSource } from '../inputs.ts'
import { type Fields, type Frame, formFrame } from './form.ts'
import { progressOf } from './progress.ts'
import { toStream } from './to-stream.ts'
import { transfer } from './transfer.ts'

const NOTHING = new Uint8Array()

type FileRequest = Omit<Outgoing, 'body' | 'signal'> & {
  /** Text fields of a form; null sends the bytes as they are. */
  readonly fields: Fields | null
}

/** Sends bytes in one request, the cheapest way that the runtime and the options allow. */
export async function sendFile<T>(
  connection: Connection,
  request: FileRequest,
  source: UploadSource,
  options: SendOptions,
): Promise<T> {
  const { onProgress, signal, stallMs } = options
  const blob = toBlob(source)
  const contentType = options.contentType ?? (blob?.type || 'application/octet-stream')
  const frame = request.fields
    ? formFrame(request.fields, { filename: nameOf(source, options), contentType })
    : { type: contentType, head: NOTHING, tail: NOTHING }
  const headers = { ...request.headers, 'content-type': frame.type }
  if (!blob) {
    const over = new AbortController()
    const body = toStream(framed(frame, source as AsyncIterable<Uint8Array>, onProgress), over.signal)
    return connection.ask<T>({ ...request, headers, body, signal }).finally(() => over.abort())
  }
  const body = new Blob([frame.head, blob, frame.tail] as BlobPart[])
  if (!onProgress && connection.isOwnFetch) return connection.ask({ ...request, headers, body, signal })
  const onSent = (bytes: number) => {
    const loaded = Math.min(Math.max(bytes - frame.head.length, 0), blob.size)
    if (bytes > frame.head.length) onProgress?.(progressOf(loaded, blob.size))
  }
  const url = connection.url(request.path, request.query)
  const { method } = request
  const all = await connection.headers(headers)
  return parse(await transfer(connection, { method, url, headers: all, body, signal, stallMs, onSent }))
}

export function toBlob(source: UploadSource): Blob | null {
  if (source instanceof Blob) return source
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source) ? new Blob([source as BlobPart]) : null
}

export function nameOf(source: UploadSource, { filename }: SendOptions): string {
  return filename ?? (source instanceof File ? source.name : 'file')
}

async function* framed(
  frame: Frame,
  chunks: AsyncIterable<Uint8Array>,
  onProgress: SendOptions['onProgress'],
): AsyncGenerator<Uint8Array, void> {
  if (frame.head.length > 0) yield frame.head
  let loaded = 0
  for await (const chunk of chunks) {
    yield chunk
    // Asked for more: what was given is on its way.
    loaded += chunk.length
    onProgress?.(progressOf(loaded, null))
  }
  if (frame.tail.length > 0) yield frame.tail
}
