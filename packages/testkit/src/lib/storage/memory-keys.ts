import { StowageError } from '@stowage/core/contracts'

export const MAX_KEY_BYTES = 1024

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/
const LONE_SURROGATE = /\p{Cs}/u

/** Returns the key. @throws `invalid_key` */
export function checkKey(key: string): string {
  const fault = faultOf(key)
  if (fault) throw new StowageError('invalid_key', `The key ${JSON.stringify(key.slice(0, 200))} ${fault}.`)
  return key
}

function faultOf(key: string): string | null {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `is longer than ${MAX_KEY_BYTES} bytes`
  if (CONTROL.test(key)) return 'has a control character'
  if (LONE_SURROGATE.test(key)) return 'is not well-formed Unicode'
  const odd = key.split('/').some(segment => segment === '' || segment === '.' || segment === '..')
  return odd ? 'has an empty, `.` or `..` segment' : null
}
