import type { Kind } from '@stowage/core'
import { z } from 'zod'
import type { PreparedProfile } from '../operations/exchange.ts'
import { publicFields } from '../profile/declared-field.ts'
import type { Describe } from '../profile/describe.ts'
import type { Operation } from '../profile/operation.ts'
import { jsonSchema } from './json-schema.ts'
import type { JsonSchema } from './open-api-document.ts'

/** A profile while it is described, and the schemas that were named on the way. */
export interface Described {
  readonly prepared: PreparedProfile
  readonly kind: Kind
  readonly own: Describe
  readonly offers: (operation: Operation) => boolean
  /** Puts a schema among the components, once, and refers to it. */
  readonly named: (name: string, make: (at: string) => JsonSchema) => JsonSchema
  /** What `named` has put there. */
  readonly schemas: Readonly<Record<string, JsonSchema>>
}

export function describing(prepared: PreparedProfile): Described {
  const schemas: Record<string, JsonSchema> = {}
  return {
    prepared,
    kind: prepared.kind,
    own: prepared.profile.describe ?? {},
    offers: operation => prepared.templates[operation] !== undefined,
    schemas,
    named(name, make) {
      const $ref = `#/components/schemas/${name}`
      schemas[name] ??= make($ref)
      return { $ref }
    },
  }
}

/** The same for a schema of zod. */
export function namedShape(api: Described, name: string, io: 'input' | 'output', shape: z.core.$ZodType): JsonSchema {
  return api.named(name, at => jsonSchema(shape, io, at))
}

/** The declared fields that clients may know of, as they are sent or answered. */
export function fieldsSchema(api: Described, io: 'input' | 'output'): JsonSchema {
  const shape = shownShape(api.kind)
  if (Object.keys(shape).length === 0) return { type: 'object', properties: {}, additionalProperties: false }
  return namedShape(api, io === 'input' ? 'FieldsInput' : 'Fields', io, io === 'input' ? z.strictObject(shape) : z.object(shape))
}

function shownShape(kind: Kind): Readonly<Record<string, z.core.$ZodType>> {
  return Object.fromEntries(publicFields(kind).map(name => [name, kind.shape[name] as z.core.$ZodType]))
}
