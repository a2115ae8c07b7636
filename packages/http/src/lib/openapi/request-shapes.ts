import { z } from 'zod'
import { PATCH_MEMBERS } from '../operations/record.ts'
import { publicFields } from '../profile/declared-field.ts'
import { type Described, fieldsSchema } from './described.ts'
import { jsonSchema } from './json-schema.ts'
import type { JsonSchema } from './open-api-document.ts'

const text = (maxChars: number) => z.string().max(maxChars)
const url = z.url().max(2000)

/** What the house API takes of an asset, by name. The service checks the values; these say the same to clients. */
const details: Readonly<Record<string, z.ZodType>> = {
  title: text(1000),
  description: text(10_000),
  filename: text(4096),
  visibility: z.enum(['public', 'private']),
  tags: z.array(text(200).min(1)),
  'tags[]': z.array(text(200).min(1)).describe('The same as `tags`.'),
  metadata: z.record(z.string(), z.unknown()),
  slug: text(200)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
    .describe('Unique in its space.'),
  externalUrl: url.regex(/^https?:/i).describe('Where it lies instead: http or https, without credentials.'),
  staged: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .describe('Id of a file that you staged: taken once.'),
  prompt: text(4000).min(1),
  aspectRatio: z.enum(['1:1', '16:9', '9:16', '4:3', '3:4']).default('1:1'),
  url: url.describe('Where the file lies.'),
  sizeBytes: z.int().min(0).describe('Exact size of the file.'),
  contentType: z.string().max(255).describe('What it is; believed where the bytes agree.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('What the bytes must have.'),
  method: z.enum(['put', 'post', 'multipart']).describe('Default: what suits the size, as the storage can.'),
  expiresInSeconds: z.int().min(1).max(604_800),
}

/** Members of that a patch takes away with null. */
const REMOVABLE: ReadonlySet<string> = new Set(['title', 'description', 'slug', 'metadata', 'tags'])

/** The schema of one member or text field; any JSON for names that the profile gives a meaning of its own. */
export function memberSchema(api: Described, name: string): JsonSchema {
  const detail = details[name]
  if (detail !== undefined) return withLimits(api, name, jsonSchema(detail, 'input', '#'))
  return declaredFields(api)[name] ?? {}
}

function withLimits({ kind }: Described, name: string, schema: JsonSchema): JsonSchema {
  if (name === 'visibility') return { ...schema, default: kind.visibility }
  if (name === 'tags' || name === 'tags[]') return { ...schema, maxItems: kind.limits.maxTags }
  return name === 'metadata' ? { ...schema, description: `At most ${kind.limits.maxMetadataBytes} bytes as JSON.` } : schema
}

function declaredFields(api: Described): Readonly<Record<string, JsonSchema>> {
  if (publicFields(api.kind).length === 0) return {}
  fieldsSchema(api, 'input')
  return (api.schemas.FieldsInput?.properties ?? {}) as Readonly<Record<string, JsonSchema>>
}

/** Declared fields that every asset must have and that have no default. */
export function requiredFields(api: Described): readonly string[] {
  declaredFields(api)
  return (api.schemas.FieldsInput?.required ?? []) as readonly string[]
}

/** A closed object of members by name. */
export function objectOf(api: Described, names: readonly string[], required: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map(name => [name, memberSchema(api, name)])),
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  }
}

/** A merge patch: what is absent stays, null takes away. */
export function patchSchema(api: Described): JsonSchema {
  const { patch, members } = api.prepared.profile.update ?? {}
  if (api.own.patch !== undefined) return jsonSchema(api.own.patch, 'input', '#')
  if (patch !== undefined) return { type: 'object' }
  const shaped: Record<string, (schema: JsonSchema) => JsonSchema> = {
    tags: schema => ({ anyOf: [schema, tagChanges(schema), { type: 'null' }] }),
    fields: () => fieldsPatch(api),
  }
  const properties = (members ?? PATCH_MEMBERS).map(name => {
    const schema = memberSchema(api, name)
    const shape = shaped[name] ?? (REMOVABLE.has(name) ? nullable : same)
    return [name, shape(schema)] as const
  })
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false }
}

const same = (schema: JsonSchema): JsonSchema => schema
const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] })

function tagChanges(tags: JsonSchema): JsonSchema {
  return { type: 'object', properties: { add: tags, remove: tags }, additionalProperties: false }
}

function fieldsPatch(api: Described): JsonSchema {
  const properties = Object.entries(declaredFields(api)).map(([name, schema]) => [name, nullable(schema)])
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false }
}
