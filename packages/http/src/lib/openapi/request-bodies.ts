import type { z } from 'zod'
import { DETAIL_MEMBERS, FILE_MEMBERS } from '../operations/direct-upload.ts'
import { GENERATE_MEMBERS } from '../operations/generate.ts'
import { BYTES_TYPE } from '../tus/protocol.ts'
import { houseMembers } from '../upload/house-details.ts'
import type { JsonSources } from '../upload/json-sources.ts'
import { type Described, fieldsSchema } from './described.ts'
import { jsonSchema } from './json-schema.ts'
import type { JsonSchema, OpenApiBody, OpenApiContent } from './open-api-document.ts'
import { memberSchema, objectOf, patchSchema, requiredFields } from './request-shapes.ts'

/** Bytes that are no text of this document. */
export const BINARY: JsonSchema = { type: 'string', contentMediaType: 'application/octet-stream' }

export function uploadBody(api: Described): OpenApiBody {
  const { profile } = api.prepared
  return {
    required: true,
    content: {
      'multipart/form-data': formContent(api),
      ...jsonContent(api),
      ...(profile.upload?.raw !== false && { '*/*': { schema: BINARY } }),
    },
  }
}

function formContent(api: Described): OpenApiContent {
  const { kind } = api
  const { fileField, urlField } = api.prepared.form
  const { properties, required } = textFields(api)
  const file = { ...BINARY, description: `At most ${kind.limits.maxBytes} bytes.` }
  const source =
    urlField === null
      ? { required: [fileField, ...required] }
      : { required, anyOf: [{ required: [fileField] }, { required: [urlField] }] }
  return {
    schema: {
      type: 'object',
      properties: { ...properties, [fileField]: file, ...(urlField !== null && { [urlField]: memberSchema(api, 'url') }) },
      additionalProperties: false,
      ...source,
    },
    ...(kind.accept !== undefined && { encoding: { [fileField]: { contentType: kind.accept.join(', ') } } }),
  }
}

interface TextFields {
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly required: readonly string[]
}

/** Text fields of the form, which are parameters of a raw upload too. */
export function textFields(api: Described): TextFields {
  const { profile, form } = api.prepared
  if (api.own.form !== undefined) return ownFields(api.own.form)
  const houseDetails = profile.upload?.details === undefined
  const properties = [...form.fields].map(name => [name, houseDetails ? memberSchema(api, name) : { type: 'string' }])
  return {
    properties: Object.fromEntries(properties),
    required: houseDetails ? requiredFields(api).filter(name => form.fields.has(name)) : [],
  }
}

function ownFields(form: z.ZodObject): TextFields {
  const { properties = {}, required = [] } = jsonSchema(form, 'input', '#') as Partial<TextFields>
  return { properties, required }
}

function jsonContent(api: Described): OpenApiBody['content'] {
  const { profile, sources } = api.prepared
  if (profile.upload?.json !== undefined)
    return {
      'application/json': { schema: api.own.json === undefined ? { type: 'object' } : jsonSchema(api.own.json, 'input', '#') },
    }
  const schemas = (Object.entries(sources) as [keyof JsonSources, string | null][]).flatMap(([source, name]) =>
    name === null ? [] : [sourceSchema(api, source, name)],
  )
  const [schema] = schemas
  if (schema === undefined) return {}
  return { 'application/json': { schema: schemas.length === 1 ? schema : { oneOf: schemas } } }
}

function sourceSchema(api: Described, source: keyof JsonSources, name: string): JsonSchema {
  const { properties, required } = textFields(api)
  const own = api.prepared.profile.upload?.fields !== undefined
  const names = own ? Object.keys(properties) : houseMembers(api.kind)
  return {
    type: 'object',
    properties: {
      [name]: memberSchema(api, source),
      ...Object.fromEntries(names.map(member => [member, properties[member] ?? memberSchema(api, member)])),
    },
    additionalProperties: false,
    required: [name, ...required],
  }
}

export function stageBody({ prepared, kind }: Described): OpenApiBody {
  const { fileField } = prepared.form
  const properties = { [fileField]: { ...BINARY, description: `At most ${kind.limits.maxBytes} bytes.` } }
  const schema = { type: 'object', properties, additionalProperties: false, required: [fileField] }
  return {
    required: true,
    content: { 'multipart/form-data': { schema }, ...(prepared.profile.upload?.raw !== false && { '*/*': { schema: BINARY } }) },
  }
}

export function replaceBody(): OpenApiBody {
  return { required: true, content: { '*/*': { schema: BINARY } } }
}

export function patchBody(api: Described): OpenApiBody {
  const schema = api.named('AssetPatch', () => patchSchema(api))
  return { required: true, content: { 'application/merge-patch+json': { schema }, 'application/json': { schema } } }
}

export function generateBody(api: Described): OpenApiBody {
  const object = objectOf(api, GENERATE_MEMBERS, ['prompt', ...(requiredFields(api).length > 0 ? ['fields'] : [])])
  const schema = { ...object, properties: { ...(object.properties as object), fields: fieldsSchema(api, 'input') } }
  return { required: true, content: { 'application/json': { schema } } }
}

export function beginUploadBody(api: Described): OpenApiBody {
  const own = api.prepared.profile.upload?.details !== undefined
  const { properties, required } = own ? textFields(api) : detailMembers(api)
  const schema = objectOf(api, FILE_MEMBERS, ['sizeBytes', ...required])
  return {
    required: true,
    content: { 'application/json': { schema: { ...schema, properties: { ...properties, ...(schema.properties as object) } } } },
  }
}

function detailMembers(api: Described): TextFields {
  const { properties } = objectOf(api, DETAIL_MEMBERS, [])
  return {
    properties: { ...(properties as TextFields['properties']), fields: fieldsSchema(api, 'input') },
    required: requiredFields(api).length > 0 ? ['fields'] : [],
  }
}

/** Bytes of a file, from an offset on. */
export function chunkBody(required: boolean): OpenApiBody {
  return { required, content: { [BYTES_TYPE]: { schema: BINARY } } }
}

export function presignPartsBody(): OpenApiBody {
  const partNumbers = { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, maxItems: 1000 }
  const schema = { type: 'object', properties: { partNumbers }, additionalProperties: false, required: ['partNumbers'] }
  return { required: true, content: { 'application/json': { schema } } }
}

export function completeUploadBody(): OpenApiBody {
  const part = {
    type: 'object',
    properties: { partNumber: { type: 'integer', minimum: 1 }, etag: { type: 'string' } },
    required: ['partNumber', 'etag'],
  }
  const parts = {
    type: 'array',
    items: part,
    description: 'What you sent, held against what has arrived. Default: what has arrived.',
  }
  const schema = { type: 'object', properties: { parts }, additionalProperties: false }
  return { required: false, content: { 'application/json': { schema } } }
}

/** Null where the operation is asked for by GET. */
export function linkBody(api: Described): OpenApiBody | null {
  if (api.prepared.methods.link === 'GET') return null
  const names = derivativeNames(api)
  const schema = {
    type: 'object',
    properties: {
      expiresInSeconds: { ...memberSchema(api, 'expiresInSeconds'), default: api.prepared.profile.link?.expiresInSeconds ?? 900 },
      derivative: { type: 'string', ...(names.length > 0 && { enum: names }) },
    },
    additionalProperties: false,
  }
  return { required: false, content: { 'application/json': { schema } } }
}

export function derivativeNames({ kind: { processing } }: Described): readonly string[] {
  return Object.keys((processing || undefined)?.derivatives ?? {})
}

export function bulkBody(api: Described, tagMembers: readonly string[]): OpenApiBody {
  const tags = memberSchema(api, 'tags')
  const ids = { type: 'array', items: { type: ['string', 'integer'] }, minItems: 1, maxItems: 1000 }
  const schema = {
    type: 'object',
    properties: { ids, ...Object.fromEntries(tagMembers.map(name => [name, tags])) },
    additionalProperties: false,
    required: ['ids'],
  }
  return { required: true, content: { 'application/json': { schema } } }
}
