import type { Described } from './described.ts'
import type { JsonSchema, OpenApiParameter } from './open-api-document.ts'
import { textFields } from './request-bodies.ts'

/** Where the body of an upload is the file itself, its name and the form's text fields are parameters. */
export function rawParameters(api: Described): readonly OpenApiParameter[] {
  if (api.prepared.profile.upload?.raw === false) return []
  const { properties } = textFields(api)
  const named = { filename: { type: 'string' }, ...properties }
  return Object.entries(named).map(([name, schema]) => {
    const value = isText(schema) ? { schema } : { content: { 'application/json': { schema } } }
    return { name, in: 'query', description: 'Of a raw body.', ...value }
  })
}

/** One value or several of a parameter that repeats; anything else is written as JSON. */
function isText({ type, items, enum: values, const: only }: JsonSchema): boolean {
  if (type === 'array') return isText((items as JsonSchema | undefined) ?? {})
  return values !== undefined || only !== undefined || ['string', 'number', 'integer', 'boolean'].includes(String(type))
}
