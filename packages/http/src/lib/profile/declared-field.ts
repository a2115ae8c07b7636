import type { Kind } from '@stowage/core'

/** What a declared field holds, as far as reading it from text needs to know. */
export type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'json'

interface SchemaDef {
  readonly type: string
  readonly innerType?: Schema
  readonly in?: Schema
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

/** The type of one declared field of a kind; null where there is no such field. */
export function fieldType(kind: Kind, name: string): FieldType | null {
  if (!Object.hasOwn(kind.shape, name)) return null
  let { def } = (kind.shape[name] as unknown as Schema)._zod
  // Optional, nullable, default and readonly wrap a schema; a pipe begins with one.
  for (let inner = def.innerType ?? def.in; inner !== undefined; inner = def.innerType ?? def.in) def = inner._zod.def
  return types[def.type] ?? 'text'
}
