import { randomBytes } from 'node:crypto'

export interface FormBody {
  readonly boundary: string
  /** All chunks of one form, in order. */
  readonly chunks: readonly Buffer[]
  readonly parts: number
  /** Bytes of content, without boundaries and headers. */
  readonly contentBytes: number
}

const CHUNK = 64 * 1024
const FILE_CHUNKS = 256
const FIELDS = 10_000
const usual = '----WebKitFormBoundary7MA4YWxkTrZu0gW'

/** What the parsers are fed: 16 MiB of one file each in chunks of 64 KiB, or 10,000 fields. */
export const bodies = {
  'random bytes': () => file(usual, randomBytes(CHUNK)),
  'all CR': () => file(usual, Buffer.alloc(CHUNK, '\r')),
  'CR LF - - repeated': () => file(usual, Buffer.alloc(CHUNK, '\r\n--')),
  'boundary, last byte wrong': () => file(usual, Buffer.alloc(CHUNK, `\r\n--${usual.slice(0, -1)}X`)),
  'boundary, first byte wrong': () => file(usual, Buffer.alloc(CHUNK, `\r-${usual}`)),
  'last byte of the boundary repeated': () => file(usual, Buffer.alloc(CHUNK, usual.slice(-1))),
  'dashes repeated': () => file(usual, Buffer.alloc(CHUNK, '-')),
  'boundary of 70 a, content of a': () => file('a'.repeat(70), Buffer.alloc(CHUNK, 'a')),
  'many small fields': () => fields(),
} satisfies Record<string, () => FormBody>

export type BodyName = keyof typeof bodies

function file(boundary: string, chunk: Buffer): FormBody {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`
  const content = Array.from({ length: FILE_CHUNKS }, () => chunk)
  const chunks = [Buffer.from(head), ...content, Buffer.from(`\r\n--${boundary}--\r\n`)]
  return { boundary, chunks, parts: 1, contentBytes: FILE_CHUNKS * CHUNK }
}

function fields(): FormBody {
  let text = ''
  let contentBytes = 0
  for (let index = 0; index < FIELDS; index++) {
    const value = `value ${index}`
    contentBytes += value.length
    text += `--${usual}\r\nContent-Disposition: form-data; name="field${index}"\r\n\r\n${value}\r\n`
  }
  const whole = Buffer.from(`${text}--${usual}--\r\n`)
  const chunks: Buffer[] = []
  for (let start = 0; start < whole.length; start += CHUNK) chunks.push(whole.subarray(start, start + CHUNK))
  return { boundary: usual, chunks, parts: FIELDS, contentBytes }
}
