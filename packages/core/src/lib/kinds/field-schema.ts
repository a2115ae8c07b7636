import type { KindSchema } from '../contracts/metadata.ts'
import type { Kind } from './kind.ts'

type FieldType = KindSchema['fields'][number]['type']

/** What the database needs to know of a kind's declared fields: the ones of one plain value. */
export function fieldSchema(kind: Kind): KindSchema {
  const indexed = new Set<string>(kind.indexes)
  const fields = Object.entries(kind.shape).flatMap(([name, schema]) => {
    const type = plainType(schema)
    if (type === null && indexed.has(name)) {
      throw new TypeError(`Kind ${kind.name}: field "${name}" can't be indexed, since it is no string, number or boolean.`)
    }
    return type === null ? [] : [{ name, type, indexed: indexed.has(name) }]
  })
  return { name: kind.name, fields }
}

interface Definition {
  readonly type: string
  readonly innerType?: { readonly def: Definition }
  readonly in?: { readonly def: Definition }
  readonly out?: { readonly def: Definition }
}

/** The plain type behind optionals, defaults and pipes; null for anything else. */
function plainType(schema: unknown): FieldType | null {
  let definition: Definition | undefined = (schema as { readonly def: Definition }).def
  while (definition) {
    const { type }: Definition = definition
    if (type === 'string' || type === 'number' || type === 'boolean') return type
    if (type === 'int') return 'number'
    if (type === 'enum' || type === 'literal') return 'string'
    definition =
      definition.innerType?.def ?? (definition.out?.def.type === 'transform' ? definition.in?.def : definition.out?.def)
  }
  return null
}
