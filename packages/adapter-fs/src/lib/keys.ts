import { StowageError } from '@stowage/core/contracts'

/** The hidden folder in the root: marker, temporary files, unfinished multipart uploads. */
export const RESERVED = '.stowage'
// Every ext4 file system has this folder in its root, readable by nobody.
const FOREIGN = 'lost+found'
export const MAX_KEY_BYTES = 1024
export const MAX_SEGMENT_BYTES = 255

/** What the file system under the root cannot tell apart. */
export interface NameRules {
  readonly foldsCase: boolean
  readonly foldsUnicode: boolean
  readonly windows: boolean
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/
const LONE_SURROGATE = /\p{Cs}/u
const WINDOWS_UNSAFE = /[<>:"|?*\\]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** True for the first segments that no key may have. */
export function isReserved(segment: string): boolean {
  const name = segment.toLowerCase()
  return name === RESERVED || name === FOREIGN
}

/** Why no file of this name can be an object's folder or file; null when one can. */
export function segmentFault(segment: string, rules: NameRules): string | null {
  if (segment === '') return 'it has an empty segment'
  if (segment === '.' || segment === '..') return 'it has a `.` or `..` segment'
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`
  if (CONTROL.test(segment)) return 'it has a control character'
  if (LONE_SURROGATE.test(segment)) return 'it is not well-formed Unicode'
  if (rules.windows && WINDOWS_UNSAFE.test(segment)) return 'Windows cannot hold this name'
  if (rules.foldsCase && segment !== segment.toLowerCase()) return 'this file system does not tell upper from lower case'
  if (rules.foldsUnicode && segment.normalize('NFC') !== segment.normalize('NFD'))
    return 'this file system rewrites accented letters'
  return null
}

/**
 * Splits a key into the names that lead to its file. Nothing is escaped: a key is a path, or it is refused.
 * @throws StowageError `invalid_key`
 */
export function keySegments(key: string, rules: NameRules): readonly string[] {
  const segments = key.split('/')
  const fault = keyFault(key, segments, rules)
  if (fault) {
    throw new StowageError('invalid_key', `The key ${JSON.stringify(key.slice(0, 200))} is refused: ${fault}.`)
  }
  return segments
}

function keyFault(key: string, segments: readonly string[], rules: NameRules): string | null {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`
  if (isReserved(segments[0] ?? '')) return `\`${segments[0]}\` is reserved`
  for (const segment of segments) {
    const fault = segmentFault(segment, rules)
    if (fault) return fault
  }
  return null
}
