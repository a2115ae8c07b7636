import {
  createPushParser,
  isMultipartError,
  type MultipartErrorCode,
  type MultipartLimits,
  parseMultipart,
} from '../src/index.ts'

export const boundary = 'x-boundary'
export const closing = `\r\n--${boundary}--\r\n`

/** A part as the tests compare it: with its bytes. */
export type ReadPart =
  | { kind: 'field'; name: string; value: string; contentType: string | undefined }
  | { kind: 'file'; name: string; filename: string; contentType: string | undefined; content: string }

export interface Outcome {
  /** Parts that were read to their end. */
  parts: ReadPart[]
  error: MultipartErrorCode | null
}

/** A whole body: each part given as its head and content, in Latin-1. */
export function form(...parts: (readonly [head: string, content: string])[]): Buffer {
  const text = parts.map(([head, content]) => `--${boundary}\r\n${head}\r\n\r\n${content}\r\n`).join('')
  return Buffer.from(`${text}--${boundary}--\r\n`, 'latin1')
}

export const field = (name: string, value: string) => [`Content-Disposition: form-data; name="${name}"`, value] as const

export const file = (name: string, filename: string, content: string) =>
  [`Content-Disposition: form-data; name="${name}"; filename="${filename}"`, content] as const

/** Cuts `body` into chunks of the given lengths, again and again. */
export function cut(body: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let start = 0, index = 0; start < body.length; index++) {
    const length = Math.max(1, lengths[index % lengths.length] ?? body.length)
    chunks.push(body.subarray(start, start + length))
    start += length
  }
  return chunks
}

export async function* streamOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* chunks
}

/** Reads everything through the iterator. */
export async function read(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  limits: Partial<MultipartLimits> = {},
  boundaryOfForm = boundary,
): Promise<Outcome> {
  const outcome: Outcome = { parts: [], error: null }
  const source = Symbol.asyncIterator in chunks ? chunks : streamOf(chunks)
  try {
    for await (const part of parseMultipart(source, { boundary: boundaryOfForm, limits })) {
      if (part.kind === 'field') outcome.parts.push({ ...part })
      else {
        const { kind, name, filename, contentType } = part
        outcome.parts.push({ kind, name, filename, contentType, content: await textOf(part.body) })
      }
    }
  } catch (error) {
    if (!isMultipartError(error)) throw error
    outcome.error = error.code
  }
  return outcome
}

/** Reads everything through the push parser. */
export function push(chunks: Iterable<Uint8Array>, limits: Partial<MultipartLimits> = {}): Outcome {
  const outcome: Outcome = { parts: [], error: null }
  let open: Extract<ReadPart, { kind: 'file' }> | null = null
  const parser = createPushParser(
    { boundary, limits },
    {
      onField: part => outcome.parts.push({ ...part }),
      onFile: ({ kind, name, filename, contentType }) => {
        open = { kind, name, filename, contentType, content: '' }
      },
      onData: bytes => {
        if (open !== null) open.content += Buffer.from(bytes).toString('latin1')
      },
      onFileEnd: () => {
        if (open !== null) outcome.parts.push(open)
        open = null
      },
    },
  )
  try {
    for (const chunk of chunks) parser.write(chunk)
    parser.end()
  } catch (error) {
    if (!isMultipartError(error)) throw error
    outcome.error = error.code
  }
  return outcome
}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const bytes of body) text += Buffer.from(bytes).toString('latin1')
  return text
}
