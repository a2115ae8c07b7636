/** A short value out of a file, fit to be shown: no control characters, no runs of space, at most `maxChars` code units. Null when nothing is left. */
export function plainText(value: unknown, maxChars = 300): string | null {
  if (typeof value !== 'string') return null
  const text = value
    .slice(0, maxChars * 4)
    .replace(/[\p{Cc}\p{Cs}\p{Co}\p{Bidi_Control}\s]+/gu, ' ')
    .trim()
  return text === '' ? null : cutAtCodePoint(text, maxChars)
}

/** The first `maxChars` code units, never half a character. */
export function cutAtCodePoint(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const last = text.charCodeAt(maxChars - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars)
}
