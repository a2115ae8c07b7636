import type { AssetType } from '../contracts/asset.ts'

/** How much of a file is looked at to tell its type. */
const SNIFF_BYTES = 4100
const UNKNOWN = 'application/octet-stream'

/** Types whose bytes look like a more general one: what was sniffed, then what may be believed instead. */
const REFINEMENTS: ReadonlyMap<string, RegExp> = new Map([
  ['application/zip', /^application\/(vnd\.openxmlformats-officedocument\.|vnd\.oasis\.opendocument\.|epub\+zip$)/],
  ['application/x-cfb', /^application\/(msword$|vnd\.ms-)/],
  ['application/xml', /^image\/svg\+xml$/],
])

/**
 * The content type of a file: its bytes decide; the declared type counts only where they agree.
 * @param believed types without a signature that are taken as declared when the bytes are text
 * @returns a lower-case type; `application/octet-stream` when unknown
 */
export async function decideContentType(
  prefix: Uint8Array,
  declared: string | undefined,
  believed: readonly string[],
): Promise<string> {
  const claim = parseDeclared(declared)
  const sniffed = await sniff(prefix.subarray(0, SNIFF_BYTES))
  const mayBelieve = believed.includes(claim.essence)
  if (sniffed !== undefined) {
    const refined = REFINEMENTS.get(sniffed)?.test(claim.essence) === true
    if (refined && (claim.essence !== 'image/svg+xml' || (mayBelieve && looksLikeSvg(prefix)))) return claim.essence
    return sniffed === 'application/xml' ? UNKNOWN : sniffed
  }
  if (!mayBelieve || !isText(prefix)) return UNKNOWN
  if (claim.essence === 'image/svg+xml') return looksLikeSvg(prefix) ? claim.essence : UNKNOWN
  return claim.utf8 ? `${claim.essence}; charset=utf-8` : claim.essence
}

async function sniff(bytes: Uint8Array): Promise<string | undefined> {
  fileType ??= import('file-type')
  return (await (await fileType).fileTypeFromBuffer(bytes))?.mime
}

/** Loaded with the first upload, since it costs as much as all else at the start; kept, since `import()` is slow even for what is loaded. */
let fileType: Promise<typeof import('file-type')> | undefined

function parseDeclared(declared = ''): { essence: string; utf8: boolean } {
  const [essence = '', ...parameters] = declared.toLowerCase().split(';')
  return { essence: essence.trim(), utf8: parameters.some(parameter => /^\s*charset="?utf-8"?\s*$/.test(parameter)) }
}

/** UTF-8 without control characters; a character cut off at the end of the prefix is no fault. */
function isText(prefix: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(prefix, { stream: true })
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0c && code !== 0x0d) return false
    }
    return true
  } catch {
    // Not UTF-8: the answer, not a failure.
    return false
  }
}

function looksLikeSvg(prefix: Uint8Array): boolean {
  const text = new TextDecoder().decode(prefix.subarray(0, SNIFF_BYTES))
  return /^\ufeff?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!doctype svg[^>]*>\s*)?<svg[\s/>]/i.test(text)
}

/** The broad class that lists filter by. */
export function typeOfContent(contentType: string): AssetType {
  const [family] = contentType.split('/')
  if (family === 'image' || family === 'video' || family === 'audio' || family === 'text') return family
  if (contentType === 'application/pdf') return 'pdf'
  if (contentType.startsWith('application/json')) return 'text'
  return /^application\/(zip|gzip|x-tar|x-7z-compressed|x-bzip2|x-xz|zstd|x-rar-compressed|vnd\.rar)$/.test(contentType)
    ? 'archive'
    : 'file'
}

/** Whether `contentType` is one of `accept`: exact types, or families such as `image/*`. */
export function isAccepted(contentType: string, accept: readonly string[] | undefined): boolean {
  if (!accept) return true
  const [essence = ''] = contentType.split(';')
  return accept.some(pattern => (pattern.endsWith('/*') ? essence.startsWith(pattern.slice(0, -1)) : essence === pattern))
}
