/** A path with parameters, split at its slashes. */
export interface Template {
  readonly text: string
  readonly segments: readonly Segment[]
  /** Names of the parameters, in their order. */
  readonly params: readonly string[]
}
export type Segment =
  | { readonly literal: string; readonly param?: never }
  | {
      readonly param: string
      readonly /** What stands behind the value, such as `.jpg`. */ suffix: string
      readonly literal?: never
    }

const PARAM = /^:([A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z0-9]+)*)$/
const LITERAL = /^[A-Za-z0-9._~!$&'()*+,;=@-]+$/

/** Reads a template. One that begins with a slash stands by itself; any other continues `basePath`. */
export function parseTemplate(basePath: string, text: string): Template {
  if (!basePath.startsWith('/')) throw new TypeError(`The base path ${JSON.stringify(basePath)} must begin with a slash.`)
  const full = text.startsWith('/') ? text : `${basePath.replace(/\/+$/, '')}/${text}`
  const pieces = full.replace(/^\//, '').replace(/\/$/, '').split('/')
  const segments = pieces.length === 1 && pieces[0] === '' ? [] : pieces.map(piece => parseSegment(piece, full))
  const params = segments.flatMap(segment => (segment.param === undefined ? [] : [segment.param]))
  if (new Set(params).size !== params.length) throw new TypeError(`The path ${full} names a parameter twice.`)
  return { text: `/${pieces.join('/')}`, segments, params }
}

function parseSegment(piece: string, path: string): Segment {
  const [, param, suffix = ''] = PARAM.exec(piece) ?? []
  if (param !== undefined) return { param, suffix }
  if (!LITERAL.test(piece) || piece === '.' || piece === '..') {
    throw new TypeError(`The path ${path} has the segment ${JSON.stringify(piece)}: use plain text, ":name" or ":name.ending".`)
  }
  return { literal: piece }
}

/** The template with its parameters filled in, encoded; null when one has no value. */
export function fillTemplate(template: Template, value: (param: string) => string | number | null | undefined): string | null {
  let path = ''
  for (const segment of template.segments) {
    if (segment.literal !== undefined) {
      path += `/${segment.literal}`
      continue
    }
    const filled = value(segment.param)
    if (filled === null || filled === undefined || filled === '') return null
    path += `/${encodeURIComponent(filled)}${segment.suffix}`
  }
  return path === '' ? '/' : path
}
