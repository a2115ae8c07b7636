/**
 * Value of Content-Disposition: a plain ASCII name first, for old readers, then the real one where it differs.
 * @see RFC 6266, RFC 8187
 */
export function contentDisposition(type: 'inline' | 'attachment', filename: string | null): string {
  if (filename === null || filename === '') return type
  if (PLAIN.test(filename)) return `${type}; filename="${filename}"`
  const clean = filename.toWellFormed()
  const ascii = clean
    .replace(/[^\x20-\x7e]/gu, '_')
    // Quotes and escapes are read differently by different clients, and a percent sign as an escape by some.
    .replace(/["\\%]/g, '_')
  return `${type}; filename="${ascii}"; filename*=UTF-8''${encodeExtended(clean)}`
}

/** Every reader reads these alike: ASCII without quotes, escapes and percent signs. */
const PLAIN = /^[\x20!#$&-[\]-~]+$/

// RFC 8187 §3.2.1: attr-char is narrower than what encodeURIComponent leaves.
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Types that browsers show without running anything. PDF is not among them: its viewer does not work inside a sandbox. */
const INLINE: ReadonlySet<string> = new Set([
  'image/apng',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/heic',
  'image/heif',
  'image/jpeg',
  'image/jxl',
  'image/png',
  'image/tiff',
  'image/vnd.microsoft.icon',
  'image/webp',
  'image/x-icon',
  'text/plain',
])

/** Whether browsers may show a type in place. */
export function mayInline(contentType: string, allowed: readonly string[] | undefined): boolean {
  const essence = (contentType.split(';', 1)[0] as string).trim().toLowerCase()
  if (allowed !== undefined) return allowed.includes(essence)
  return INLINE.has(essence) || essence.startsWith('audio/') || essence.startsWith('video/')
}
