// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const UNSAFE = /[\u0000-\u001f\u007f/\\]/

/**
 * Decodes one path segment, exactly once.
 * @returns null for what can name nothing: bad escapes, separators, controls, `.` and `..`
 */
export function decodeParam(raw: string): string | null {
  let text = raw
  if (raw.includes('%')) {
    try {
      text = decodeURIComponent(raw)
    } catch {
      return null
    }
  }
  return text === '.' || text === '..' || UNSAFE.test(text) ? null : text
}
