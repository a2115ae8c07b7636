import { StowageError } from '../contracts/errors.ts'

const MAX_FILENAME_BYTES = 255
const MAX_KEY_NAME_BYTES = 100
/** Names longer than this were not typed by a person. */
const MAX_GIVEN_CHARS = 4096
const CONTROLS = /\p{Cc}/u
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const ZERO_WIDTH = /[\u200b-\u200d\u2060\ufeff]/gu

/**
 * The filename that is kept of one that a client sent: its last path segment, without zero-width characters, at most
 * 255 bytes of UTF-8. It is for display only: no file or object is ever named by it alone.
 * @throws StowageError `invalid_request` for control characters, direction overrides, `..` segments, lone surrogates
 */
export function cleanFilename(given: string): string {
  refuse(given.length > MAX_GIVEN_CHARS, 'is too long')
  refuse(!given.isWellFormed(), 'is not valid Unicode')
  refuse(CONTROLS.test(given), 'holds a control character')
  refuse(BIDI.test(given), 'holds a character that changes the direction of text')
  const segments = given.split(/[/\\]/)
  refuse(segments.includes('..'), 'holds a ".." path segment')
  const name = (segments.at(-1) ?? '').replace(ZERO_WIDTH, '').trim()
  refuse(name === '..', 'is ".." but for what nobody sees')
  // Where it was cut, a blank may stand at the end now.
  return cutFilename(name === '' || name === '.' ? 'file' : name, MAX_FILENAME_BYTES).trimEnd()
}

function refuse(bad: boolean, why: string): void {
  if (bad)
    throw new StowageError('invalid_request', `The filename ${why}. Send a plain file name.`, { details: { field: 'filename' } })
}

/** Cuts the stem, on code points, until the whole fits in `maxBytes`. */
function cutFilename(name: string, maxBytes: number): string {
  if (Buffer.byteLength(name) <= maxBytes) return name
  const { stem, extension } = splitExtension(name)
  const room = maxBytes - Buffer.byteLength(extension)
  let bytes = 0
  let kept = ''
  for (const point of stem) {
    bytes += Buffer.byteLength(point)
    if (bytes > room) break
    kept += point
  }
  return kept + extension
}

/** `photo.jpg` and `1a2b3c4d` give `photo-1a2b3c4d.jpg`. */
export function suffixFilename(name: string, suffix: string): string {
  const { stem, extension } = splitExtension(name)
  return `${cutFilename(stem, MAX_FILENAME_BYTES - Buffer.byteLength(extension) - suffix.length - 1)}-${suffix}${extension}`
}

/** A form of the filename that every storage takes as part of a key. */
export function keySafeFilename(name: string): string {
  const { stem, extension } = splitExtension(name)
  const plain = (text: string) =>
    text
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
  const ending = plain(extension.slice(1))
  return cutFilename(`${plain(stem) || 'file'}${ending ? `.${ending}` : ''}`, MAX_KEY_NAME_BYTES)
}

function splitExtension(name: string): { stem: string; extension: string } {
  const match = /^(.+)(\.[\p{L}\p{N}]{1,16})$/su.exec(name)
  return match ? { stem: match[1] ?? name, extension: match[2] ?? '' } : { stem: name, extension: '' }
}
