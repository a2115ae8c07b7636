import type { Column } from '../contracts/filter.ts'
import type { KindSchema } from '../contracts/metadata.ts'
import type { Kind, SortableColumn } from './kind.ts'

type FieldType = KindSchema['fields'][number]['type']

/**
 * What a metadata store is told of a kind: the declared fields that hold one plain value, by which lists may filter; indexes, sorts, and what is
 * searched.
 * @throws TypeError for an index over a field that holds more than one plain value
 */
export function fieldSchema(kind: Kind): KindSchema {
  const indexed = new Set<string>(kind.indexes)
  const fields = Object.entries(kind.shape).flatMap(([name, schema]) => {
    const type = plainType(schema)
    if (type === null && indexed.has(name)) {
      throw new TypeError(`Kind ${kind.name}: field "${name}" can't be indexed, since it is no string, number or boolean.`)
    }
    return type === null ? [] : [{ name, type, indexed: indexed.has(name) }]
  })
  return {
    name: kind.name,
    fields,
    ...(kind.sorts && { sorts: kind.sorts.map(name => columnOf(kind, name)) }),
    ...(kind.searched && { searched: kind.searched }),
  }
}

/** The column that a name means: of a declared field and a column of the same name, the field. */
function columnOf({ shape }: Kind, name: string): Column {
  return Object.hasOwn(shape, name) ? { field: name } : (name as SortableColumn)
}

interface Definition {
  readonly type: string
  readonly innerType?: { readonly def: Definition }
  readonly in?: { readonly def: Definition }
  readonly out?: { readonly def: Definition }
  readonly values?: readonly unknown[]
  readonly entries?: Readonly<Record<string, unknown>>
  readonly options?: readonly unknown[]
}

const PLAIN: Readonly<Record<string, FieldType>> = {
  string: 'string',
  template_literal: 'string',
  number: 'number',
  int: 'number',
  boolean: 'boolean',
}

/** The plain type behind optionals, defaults, pipes and unions of one type; null for anything else. */
export function plainType(schema: unknown): FieldType | null {
  let definition: Definition | undefined = (schema as { readonly def: Definition }).def
  while (definition) {
    const { type, values = [], entries = {}, options = [] }: Definition = definition
    if (PLAIN[type]) return PLAIN[type]
    if (type === 'literal') return onlyType(values.filter(value => value !== null).map(typeOf))
    if (type === 'enum') return onlyType(Object.values(entries).map(typeOf))
    if (type === 'union') return onlyType(options.filter(option => !isNull(option)).map(plainType))
    definition =
      definition.innerType?.def ?? (definition.out?.def.type === 'transform' ? definition.in?.def : definition.out?.def)
  }
  return null
}

function typeOf(value: unknown): FieldType | null {
  return PLAIN[typeof value] ?? null
}

function isNull(schema: unknown): boolean {
  return (schema as { readonly def: Definition }).def.type === 'null'
}

function onlyType([first = null, ...others]: readonly (FieldType | null)[]): FieldType | null {
  return others.every(type => type === first) ? first : null
}
