import type { Buffer } from 'node:buffer'
import { ByteCollector } from './byte-collector.ts'
import { ByteInput } from './byte-input.ts'
import { DelimiterFinder } from './delimiter-finder.ts'
import { DelimiterSearch } from './delimiter-search.ts'
import { MultipartError } from './errors.ts'
import { HeadReader } from './head-reader.ts'
import { limitError, type MultipartLimits } from './limits.ts'
import type { FieldPart, FileHead } from './part.ts'
import { checkCharset, type FieldHead, malformedBoundary, readPartHead } from './part-head.ts'
import { PlainFieldReader } from './plain-field.ts'
import { decodeUtf8 } from './text.ts'
import { Trailer } from './trailer.ts'

export type Token = FieldPart | FileHead | { readonly kind: 'data'; readonly bytes: Buffer } | typeof fileEnd | typeof formEnd

const fileEnd = { kind: 'file-end' } as const
const formEnd = { kind: 'form-end' } as const

/** What the next byte belongs to. */
type State = 'preamble' | 'boundary' | 'head' | 'field' | 'file' | 'trailer'

const PREAMBLE_BYTES = 4096

/**
 * Turns chunks into tokens, on demand and synchronously: `push` a chunk, call `next` until it returns null, push the
 * next one. Keeps nothing of a chunk but an unfinished head, field or boundary.
 */
export class FormScanner {
  readonly #limits: MultipartLimits
  readonly #input = new ByteInput()
  readonly #search: DelimiterSearch
  readonly #headReader: HeadReader
  readonly #plainFields: PlainFieldReader
  readonly #value = new ByteCollector()
  readonly #trailer = new Trailer()
  #state: State = 'preamble'
  #field: FieldHead | null = null
  #partIndex = -1
  #fields = 0
  #files = 0
  #preambleBytes = 0
  #fileBytes = 0
  #totalBytes = 0
  #ended = false

  constructor(boundary: string, limits: MultipartLimits) {
    this.#limits = limits
    const finder = new DelimiterFinder(boundary)
    this.#search = new DelimiterSearch(finder)
    this.#plainFields = new PlainFieldReader(finder, limits)
    this.#headReader = new HeadReader(limits)
  }

  /** Takes the next chunk; the last one must have been scanned to its end. */
  push(chunk: Buffer): void {
    const room = this.#limits.totalBytes - this.#totalBytes
    this.#totalBytes += chunk.length
    // What still fits is scanned first, so that the outcome does not depend on how the bytes were cut.
    this.#input.set(chunk.length > room ? chunk.subarray(0, room) : chunk)
  }

  /** No chunk follows. */
  end(): void {
    this.#ended = true
  }

  /** Next token, or null where a chunk is needed. */
  next(): Token | null {
    for (;;) {
      const token = this.#step()
      if (token !== null) return token
      if (!this.#input.used) continue
      if (this.#totalBytes > this.#limits.totalBytes) throw limitError(this.#limits, 'totalBytes')
      return this.#ended ? this.#finish() : null
    }
  }

  #step(): Token | null {
    switch (this.#state) {
      case 'preamble':
        return this.#skipPreamble()
      case 'boundary':
        return this.#afterBoundary()
      case 'head':
        return this.#readHead()
      case 'field':
        return this.#readField()
      case 'file':
        return this.#readFile()
      case 'trailer':
        this.#trailer.skip(this.#input, this.#partIndex)
        return null
    }
  }

  #skipPreamble(): null {
    for (let run = this.#search.take(this.#input); run !== null; run = this.#search.take(this.#input)) {
      this.#preambleBytes += run.length
      if (this.#preambleBytes > PREAMBLE_BYTES) {
        const message = `No boundary in the first ${PREAMBLE_BYTES} bytes. Send the boundary that the Content-Type names.`
        throw new MultipartError('preamble_too_long', message)
      }
      if (this.#search.found) break
    }
    if (this.#search.found) this.#endPart()
    return null
  }

  #afterBoundary(): FieldPart | null {
    const { bytes, position } = this.#input
    if (position === bytes.length) return null
    if (bytes[position] === Trailer.dash) {
      this.#state = 'trailer'
      return null
    }
    if (!beginsHead(bytes[position])) throw malformedBoundary(this.#partIndex)
    this.#state = 'head'
    return this.#readPlainField()
  }

  #readPlainField(): FieldPart | null {
    if (this.#partIndex >= this.#limits.parts || this.#fields >= this.#limits.fields) return null
    const field = this.#plainFields.read(this.#input.bytes, this.#input.position)
    if (field === null) return null
    this.#input.position = this.#plainFields.end
    this.#fields++
    this.#endPart()
    return field
  }

  #readHead(): Token | null {
    const text = this.#headReader.take(this.#input, this.#partIndex)
    if (text === null) return null
    if (this.#partIndex >= this.#limits.parts) throw limitError(this.#limits, 'parts', this.#partIndex)
    const head = readPartHead(text, this.#limits, this.#partIndex)
    this.#search.begin()
    if (head.kind === 'file') {
      if (++this.#files > this.#limits.files) throw limitError(this.#limits, 'files', this.#partIndex)
      this.#fileBytes = 0
      this.#state = 'file'
      return head
    }
    if (++this.#fields > this.#limits.fields) throw limitError(this.#limits, 'fields', this.#partIndex)
    this.#field = head
    this.#state = 'field'
    return null
  }

  #readFile(): Token | null {
    if (!this.#search.found) {
      const bytes = this.#search.take(this.#input)
      if (bytes !== null) {
        this.#fileBytes += bytes.length
        if (this.#fileBytes > this.#limits.fileBytes) throw limitError(this.#limits, 'fileBytes', this.#partIndex)
        return { kind: 'data', bytes }
      }
      if (!this.#search.found) return null
    }
    this.#endPart()
    return fileEnd
  }

  #readField(): FieldPart | null {
    const field = this.#field
    if (field === null) return null
    while (!this.#search.found) {
      const run = this.#search.take(this.#input)
      if (run === null) break
      if (this.#value.length + run.length > this.#limits.fieldBytes) {
        throw limitError(this.#limits, 'fieldBytes', this.#partIndex)
      }
      if (this.#search.found && this.#value.length === 0) return this.#endField(field, run)
      this.#value.append(run, 0, run.length)
    }
    return this.#search.found ? this.#endField(field, this.#value.bytes) : null
  }

  #endField(field: FieldHead, bytes: Buffer): FieldPart {
    const partIndex = this.#partIndex
    const value = decodeUtf8(bytes)
    if (value === null) {
      const message = 'its value is not UTF-8. Send text in UTF-8, and bytes as a file with a filename.'
      throw new MultipartError('invalid_utf8', message, { partIndex })
    }
    checkCharset(field, value, partIndex)
    this.#value.clear()
    this.#endPart()
    return { kind: 'field', name: field.name, value, contentType: field.contentType }
  }

  #endPart(): void {
    this.#partIndex++
    this.#state = 'boundary'
  }

  #finish(): Token {
    if (this.#state === 'trailer' && this.#trailer.complete) return formEnd
    const where = this.#partIndex < 0 ? 'before its first boundary' : `in or after part ${this.#partIndex}`
    const message = `The body ended ${where}, without the closing boundary. Send the whole form again.`
    throw new MultipartError('truncated', message)
  }
}

/** A line end, or the padding that may come before it (RFC 2046 §5.1.1). */
function beginsHead(byte: number | undefined): boolean {
  return byte === 13 || byte === 32 || byte === 9
}
