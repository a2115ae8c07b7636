export interface MediaType {
  /** `type/subtype`, lower case. */
  readonly essence: string
  readonly charset: string | null
}

const ESSENCE = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/
const CHARSET = /;\s*charset\s*=\s*(?:"([^"\\]*)"|([^\s;"]+))/i

/** Reads a Content-Type; null when it is absent or malformed. */
export function parseMediaType(header: string | null): MediaType | null {
  if (header === null) return null
  const essence = (header.split(';', 1)[0] ?? '').trim().toLowerCase()
  if (!ESSENCE.test(essence)) return null
  const charset = CHARSET.exec(header.slice(essence.length))
  return { essence, charset: (charset?.[1] ?? charset?.[2] ?? null)?.toLowerCase() ?? null }
}

/** Whether an Accept header leaves room for JSON. RFC 9110 §12.5.1: absent means anything. */
export function acceptsJson(accept: string | null): boolean {
  if (accept === null || accept.trim() === '') return true
  return accept.split(',').some(item => {
    const [range = '', ...params] = item.split(';').map(text => text.trim().toLowerCase())
    if (params.some(param => /^q=0(\.0*)?$/.test(param))) return false
    return range === '*/*' || range === 'application/*' || range === 'application/json' || range.endsWith('+json')
  })
}
