import type { ByteInput } from './byte-input.ts'
import { MultipartError } from './errors.ts'
import { malformedBoundary } from './part-head.ts'

const DASH = 45
const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9

const EPILOGUE_BYTES = 4096

type Expected = 'dash' | 'second-dash' | 'line-end' | 'lf' | 'epilogue'

/** What follows the last boundary: `--`, white space, and after a CRLF anything, bounded. */
export class Trailer {
  /** First byte of what closes a body. */
  static readonly dash = DASH
  #expected: Expected = 'dash'
  #skipped = 0

  /** True where the body may end here. */
  get complete(): boolean {
    return this.#expected === 'line-end' || this.#expected === 'epilogue'
  }

  skip(input: ByteInput, partIndex: number): void {
    const { bytes } = input
    let { position } = input
    while (this.#expected !== 'epilogue' && position < bytes.length) {
      const next = following(this.#expected, bytes[position])
      if (next === null) throw malformedBoundary(partIndex)
      this.#expected = next
      this.#count(1)
      position++
    }
    this.#count(bytes.length - position)
    input.position = bytes.length
  }

  #count(bytes: number): void {
    this.#skipped += bytes
    if (this.#skipped <= EPILOGUE_BYTES) return
    const message = `More than ${EPILOGUE_BYTES} bytes follow the closing boundary. End the body there.`
    throw new MultipartError('epilogue_too_long', message)
  }
}

function following(expected: Expected, byte: number | undefined): Expected | null {
  switch (expected) {
    case 'dash':
      return byte === DASH ? 'second-dash' : null
    case 'second-dash':
      return byte === DASH ? 'line-end' : null
    case 'line-end':
      if (byte === SPACE || byte === TAB) return 'line-end'
      return byte === CR ? 'lf' : null
    case 'lf':
      return byte === LF ? 'epilogue' : null
    case 'epilogue':
      return 'epilogue'
  }
}
