import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type {
  JsonSchema,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiResponse,
  PathItem,
} from '../../src/lib/openapi/open-api-document.ts'

export interface Told {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly status: number
  readonly contentType: string | null
  readonly text: string
}

/** Compares answers with a document: each status, type and body must be one that it describes, and no member may be more. */
export function conformance(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'document', ...(closed(document) as object) })
  const compiled = new Map<string, ValidateFunction>()
  const validator = (pointer: string) => {
    const found = compiled.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` })
    compiled.set(pointer, found)
    return found
  }
  /** Complaints about an answer; null where the document says nothing of its path. */
  return (told: Told): readonly string[] | null => {
    const place = findPath(document, told.path)
    if (place === null) return null
    // HEAD is described where it is more than GET without its body.
    const method = told.method === 'HEAD' && !place.item.head ? 'get' : told.method.toLowerCase()
    const operation = place.item[method as keyof PathItem]
    if (operation === undefined)
      return told.status === 405 || told.method === 'OPTIONS' ? [] : [`${told.method} is not described`]
    return judge(document, { told, operation, at: `/paths/${escaped(place.path)}/${method}` }, validator)
  }
}

interface Place {
  readonly told: Told
  readonly operation: OpenApiOperation
  readonly at: string
}

function judge(
  document: OpenApiDocument,
  { told, operation, at }: Place,
  validator: (pointer: string) => ValidateFunction,
): string[] {
  const response = operation.responses[told.status]
  if (response === undefined) return [`${told.status} is not described: ${told.text.slice(0, 200)}`]
  const isRef = '$ref' in response
  const pointer = isRef ? response.$ref.slice(1) : `${at}/responses/${told.status}`
  const { content } = isRef ? (document.components.responses[response.$ref.split('/').at(-1) ?? ''] as OpenApiResponse) : response
  if (told.text === '') return []
  const type = told.contentType?.split(';')[0] ?? ''
  const described = content?.[type] === undefined ? '*/*' : type
  if (content?.[described] === undefined) return [`${told.status} has a body of type ${type}, which is not described`]
  if (!type.includes('json') || described === '*/*') return []
  const valid = validator(`${pointer}/content/${escaped(described)}/schema`)
  return valid(JSON.parse(told.text))
    ? []
    : (valid.errors ?? []).map(error => `${told.status}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)
}

const escaped = (step: string): string => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))

function findPath({ paths }: OpenApiDocument, path: string): { readonly path: string; readonly item: PathItem } | null {
  const literalFirst = Object.keys(paths).sort((a, b) => a.split('{').length - b.split('{').length)
  const found = literalFirst.find(template => {
    const pattern = template.split(/\{[^}]+\}/).map(part => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${pattern.join('[^/]+')}$`).test(path)
  })
  return found === undefined ? null : { path: found, item: paths[found] as PathItem }
}

/** Answers may get further members one day; what is answered today must all be described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)])) as JsonSchema
  const isObjectSchema = inner.type === 'object' && typeof inner.properties === 'object' && inner.properties !== null
  return isObjectSchema && inner.additionalProperties === undefined ? { ...inner, additionalProperties: false } : inner
}
