import type { Kind } from '@stowage/core'
import type { JsonObject, JsonValue, Scalar } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import type { z } from 'zod'
import { numberIn, type ReadValue } from './read-value.ts'

/** What a schema takes, as far as reading it from text needs to know. */
type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'json'

interface SchemaDef {
  readonly type: string
  readonly innerType?: Schema
  readonly in?: Schema
  readonly element?: Schema
  readonly getter?: () => Schema
  readonly values?: readonly unknown[]
  readonly entries?: Readonly<Record<string, unknown>>
  readonly options?: readonly Schema[]
}
interface Schema {
  readonly _zod: { readonly def: SchemaDef }
}

const types: Readonly<Record<string, FieldType>> = {
  number: 'number',
  int: 'number',
  boolean: 'boolean',
  array: 'list',
  set: 'list',
  object: 'json',
  record: 'json',
  tuple: 'json',
}

/** Names of the declared fields that may be seen and set over HTTP. */
export function publicFields({ shape, privateFields = [] }: Kind): readonly string[] {
  const hidden: readonly string[] = privateFields
  return Object.keys(shape).filter(name => !hidden.includes(name))
}

/** The fields of an asset without those that the kind keeps private. */
export function shownFields({ privateFields = [] }: Kind, fields: JsonObject): JsonObject {
  if (privateFields.length === 0) return fields
  const hidden: readonly string[] = privateFields
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !hidden.includes(name)))
}

/**
 * What the texts of one form field mean as a value of a declared field: lists repeat, objects are JSON. Text that is none of the field's type stays text,
 * so that the schema names the fault.
 * @param form reads the field, as the one value it then must have or as JSON
 */
export function fieldValue(
  { shape }: Pick<Kind, 'shape'>,
  name: string,
  form: { readonly all: readonly string[]; readonly one: () => string; readonly json: () => JsonValue },
): JsonValue {
  const def = unwrapped(shape[name] as unknown as Schema)
  const type = typeOf(def)
  if (type === 'list') return form.all.map(text => plainValue(def.element ? typeOf(unwrapped(def.element)) : 'text', text))
  return type === 'json' ? form.json() : plainValue(type, form.one())
}

/** Reads values to compare a declared field with: as a form would, and held to the field's own schema. */
export function readDeclared(kind: Kind, name: string): ReadValue {
  const schema = kind.shape[name] as z.ZodType
  const type = typeOf(unwrapped(schema as unknown as Schema))
  const read = (text: string, param: string): Scalar => {
    const { data, error } = schema.safeParse(plainValue(type, text))
    if (isScalar(data)) return data
    const why = error?.issues[0]?.message ?? 'it can not be compared'
    throw new StowageError('invalid_request', `"${param}" is not valid: ${why}.`, { details: { field: param } })
  }
  return Object.assign(read, { schema })
}

function plainValue(type: FieldType, text: string): Scalar {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return type === 'number' ? (numberIn(text) ?? text) : text
}

// Optional, nullable, default and readonly wrap a schema; a pipe begins with one.
function unwrapped(schema: Schema): SchemaDef {
  const { def } = schema._zod
  const inner = def.innerType ?? def.in ?? (def.type === 'lazy' ? def.getter?.() : undefined)
  return inner === undefined ? def : unwrapped(inner)
}

function typeOf({ type, values = [], entries = {}, options = [] }: SchemaDef): FieldType {
  if (type === 'literal') return only(values.filter(value => value !== null).map(typeOfValue))
  if (type === 'enum') return only(Object.values(entries).map(typeOfValue))
  if (type !== 'union') return types[type] ?? 'text'
  return only(
    options
      .map(unwrapped)
      .filter(option => option.type !== 'null')
      .map(typeOf),
  )
}

function typeOfValue(value: unknown): FieldType {
  return types[typeof value] ?? 'text'
}

function only([first = 'text', ...others]: readonly FieldType[]): FieldType {
  return others.every(type => type === first) ? first : 'text'
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
