import { z } from 'zod'
import type { JsonSchema } from './open-api-document.ts'

/**
 * The JSON Schema of a zod schema, as part of a document. What JSON Schema can't say (transforms, refinements) is left open.
 * @param io what is sent (`input`), or what is answered (`output`)
 * @param at where in the document it will stand, as a JSON pointer: what it says of itself must still be found there
 */
export function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output', at: string): JsonSchema {
  const { $schema: _dialect, ...plain } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: leaveOpen(io) })
  return moved(plain, at) as JsonSchema
}

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>

/** An answer may get further members one day; `readonly` speaks of our types only. */
function leaveOpen(io: 'input' | 'output'): Override {
  return ({ zodSchema, jsonSchema: made }) => {
    const { type } = zodSchema._zod.def
    if (type === 'readonly') delete made.readOnly
    if (io === 'output' && type === 'object' && made.additionalProperties === false) delete made.additionalProperties
    // All names are strings.
    if (type === 'record') delete made.propertyNames
    // Marks of JavaScript's own range say nothing to anyone else.
    if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum
    if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum
  }
}

function moved(value: unknown, at: string): unknown {
  if (Array.isArray(value)) return value.map(item => moved(item, at))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isReference = name === '$ref' && typeof inner === 'string' && inner.startsWith('#')
      return [name, isReference ? `${at}${inner.slice(1)}` : moved(inner, at)]
    }),
  )
}
