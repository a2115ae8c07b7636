import type { Column, KindSchema, Scalar } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import type { FieldType, SqlDialect } from './dialect.ts'
import { type Fragment, raw, type SqlValue } from './fragment.ts'
import { assets } from './schema.ts'
import { checkText } from './text.ts'

/** A column or declared field, as it stands in a statement over `assets a`. */
export interface ColumnRef {
  readonly value: Fragment
  readonly type: FieldType
  readonly nullable: boolean
  /** The field's name, where it is one. */
  readonly field: string | null
  readonly indexed: boolean
  /** Whether the kind declares it for sorting. */
  readonly sorted: boolean
}

const NOT_NULL: ReadonlySet<string> = new Set([
  'id',
  'space',
  'type',
  'state',
  'processing',
  'visibility',
  'createdAt',
  'updatedAt',
])
const NUMBERS: ReadonlySet<string> = new Set(['sizeBytes', 'width', 'height', 'createdAt', 'updatedAt'])
const TEXTS: ReadonlySet<string> = new Set([
  ...['id', 'space', 'createdBy', 'type', 'state', 'processing', 'visibility'],
  ...['title', 'slug', 'filename', 'contentType', 'sha256'],
])

/** @throws StowageError `invalid_request` for a column that lists may not name, or a field that the kind does not declare */
export function columnRef(dialect: SqlDialect, kind: KindSchema | undefined, column: Column): ColumnRef {
  const sorted = kind?.sorts?.some(other => nameOf(other) === nameOf(column)) ?? false
  if (typeof column === 'string') {
    const known = assets.byProperty.get(column)
    if (!known || !(NUMBERS.has(column) || TEXTS.has(column))) throw unknown(column)
    return {
      value: raw(`a.${known.column}`),
      type: NUMBERS.has(column) ? 'number' : 'string',
      nullable: !NOT_NULL.has(column),
      field: null,
      indexed: column === 'space' || column === 'createdBy' || column === 'type',
      sorted,
    }
  }
  const declared = kind?.fields.find(field => field.name === column.field)
  if (!declared) throw unknown(column.field)
  return {
    value: dialect.field(raw('a.fields'), declared.name, declared.type),
    type: declared.type,
    nullable: true,
    field: declared.name,
    indexed: declared.indexed,
    sorted,
  }
}

/**
 * The same as an index over `assets` holds it.
 * @throws StowageError as {@link columnRef}
 */
export function columnOf(dialect: SqlDialect, kind: KindSchema, column: Column): Fragment {
  const { field, type } = columnRef(dialect, kind, column)
  return field === null ? raw(assets.byProperty.get(String(column))?.column ?? '') : dialect.field(raw('fields'), field, type)
}

/** One name for each column and each field. */
export const nameOf = (column: Column): string => (typeof column === 'string' ? `column_${column}` : `field_${column.field}`)

/** The value as a parameter, or null where no value of the column's type is like it. */
export function comparable(column: ColumnRef, value: Scalar): SqlValue {
  if (typeof value === 'string') checkText(value, 'A value')
  if (typeof value !== column.type || Number.isNaN(value)) return null
  return typeof value === 'boolean' ? Number(value) : value
}

const unknown = (name: unknown): StowageError =>
  new StowageError('invalid_request', `Lists can't filter or sort by ${JSON.stringify(name)}.`, { details: { column: name } })
