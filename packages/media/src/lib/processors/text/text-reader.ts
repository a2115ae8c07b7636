import type { TaskFile } from '../../pool/task.ts'
import { cutAtCodePoint } from '../plain-text.ts'
import { WordCounter } from '../word-counter.ts'
import { encodingOf } from './encoding.ts'
import type { TextEncodingName, TextProperties } from './text-properties.ts'

export type TextLimits = {
  readonly maxBytes: number
  /** Text that is given back, in code units. */
  readonly maxChars: number
}

export type TextFacts = { readonly properties: TextProperties; readonly text: string }

const HEAD_BYTES = 4096

/** Reads a text from its beginning, in the encoding that its bytes are valid in. */
export async function readText(file: TaskFile, limits: TextLimits): Promise<TextFacts> {
  const encoding = encodingOf(await file.read(0, HEAD_BYTES))
  if (encoding) return counted(file, limits, encoding)
  try {
    return await counted(file, limits, 'utf-8', true)
  } catch (error) {
    if (!isInvalidText(error)) throw error
    return counted(file, limits, 'windows-1252')
  }
}

/** @throws TypeError when `strict` and the bytes are not valid */
async function counted(
  file: TaskFile,
  { maxBytes, maxChars }: TextLimits,
  encoding: TextEncodingName,
  strict = false,
): Promise<TextFacts> {
  const decoder = new TextDecoder(encoding, { fatal: strict })
  const words = new WordCounter()
  const lines = new LineCounter()
  let text = ''
  const take = (piece: string): void => {
    words.add(piece)
    lines.add(piece)
    if (text.length < maxChars) text += piece
  }
  for await (const chunk of firstBytes(file, maxBytes)) take(decoder.decode(chunk, { stream: true }))
  const textComplete = file.sizeBytes <= maxBytes
  // Where the reading was cut, half a character is nobody's fault.
  if (textComplete) take(decoder.decode())
  return { properties: { encoding, lines: lines.count, words: words.count, textComplete }, text: cutAtCodePoint(text, maxChars) }
}

async function* firstBytes(file: TaskFile, maxBytes: number): AsyncGenerator<Uint8Array> {
  let left = maxBytes
  for await (const chunk of file.stream()) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}

function isInvalidText(error: unknown): boolean {
  return error instanceof TypeError && (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
}

class LineCounter {
  #ended = 0
  #last = ''

  get count(): number {
    return this.#ended + (this.#last === '' || this.#last === '\n' || this.#last === '\r' ? 0 : 1)
  }

  add(piece: string): void {
    for (let index = 0; index < piece.length; index++) {
      const char = piece[index] ?? ''
      if (char === '\r' || (char === '\n' && this.#last !== '\r')) this.#ended++
      this.#last = char
    }
  }
}
