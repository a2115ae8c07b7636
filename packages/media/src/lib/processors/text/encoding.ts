import type { TextEncodingName } from './text-properties.ts'

/** What the first bytes say. Null: one of UTF-8 and windows-1252, which only the whole tells. */
export function encodingOf(head: Uint8Array): TextEncodingName | null {
  const [first, second, third] = head
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return encodingByZeros(head)
}

/** Text with many Latin letters has a zero in every second byte of UTF-16. */
function encodingByZeros(head: Uint8Array): TextEncodingName | null {
  const zeros = [0, 0]
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  const pairs = head.length / 2
  if (odd > pairs * 0.3 && even < pairs * 0.02) return 'utf-16le'
  if (even > pairs * 0.3 && odd < pairs * 0.02) return 'utf-16be'
  return null
}
