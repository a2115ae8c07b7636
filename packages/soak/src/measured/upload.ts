import { BLOCK_BYTES, contentOf } from './content.ts'
import { BASE_PATH, TOKEN } from './messages.ts'

export const framings = ['multipart', 'raw', 'chunked'] as const
export type Framing = (typeof framings)[number]

export interface Upload {
  readonly framing: Framing
  readonly sizeBytes: number
  readonly seed: number
}

/** An upload as it goes over the wire. */
export interface WireUpload {
  readonly wireBytes: number
  /** Its bytes, made while they are asked for. */
  pieces(onContent?: (block: Buffer) => void): Generator<Buffer, undefined>
}

const BOUNDARY = 'boundary-of-a-measured-upload'
const FORM_HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`
const FORM_END = `\r\n--${BOUNDARY}--\r\n`
const LAST_CHUNK = '0\r\n\r\n'

/** Renders an upload in one of the ways in which bodies come. */
export function wireUpload(upload: Upload): WireUpload {
  const { framing, sizeBytes } = upload
  const [before, after] = envelope(framing, sizeBytes)
  return {
    wireBytes: before.length + after.length + (framing === 'chunked' ? chunkedBytes(sizeBytes) : sizeBytes),
    pieces: onContent => piecesOf(upload, onContent),
  }
}

function* piecesOf({ framing, sizeBytes, seed }: Upload, onContent?: (block: Buffer) => void): Generator<Buffer, undefined> {
  const [before, after] = envelope(framing, sizeBytes)
  yield Buffer.from(before, 'latin1')
  for (const block of contentOf(seed, sizeBytes)) {
    onContent?.(block)
    yield framing === 'chunked' ? chunk(block) : block
  }
  yield Buffer.from(after, 'latin1')
}

function envelope(framing: Framing, sizeBytes: number): readonly [before: string, after: string] {
  if (framing === 'multipart') {
    const length = FORM_HEAD.length + sizeBytes + FORM_END.length
    const headers = [`Content-Type: multipart/form-data; boundary=${BOUNDARY}`, `Content-Length: ${length}`]
    return [requestHead('', headers) + FORM_HEAD, FORM_END]
  }
  const type = 'Content-Type: application/octet-stream'
  if (framing === 'raw') return [requestHead('?filename=a.bin', [type, `Content-Length: ${sizeBytes}`]), '']
  return [requestHead('?filename=a.bin', [type, 'Transfer-Encoding: chunked']), LAST_CHUNK]
}

function requestHead(query: string, headers: readonly string[]): string {
  const lines = [`POST ${BASE_PATH}${query} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${TOKEN}`, ...headers]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function chunk(block: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${block.length.toString(16)}\r\n`, 'latin1'), block, Buffer.from('\r\n')])
}

function chunkedBytes(sizeBytes: number): number {
  const chunkBytes = (bytes: number) => (bytes === 0 ? 0 : bytes.toString(16).length + bytes + 4)
  return Math.floor(sizeBytes / BLOCK_BYTES) * chunkBytes(BLOCK_BYTES) + chunkBytes(sizeBytes % BLOCK_BYTES)
}
