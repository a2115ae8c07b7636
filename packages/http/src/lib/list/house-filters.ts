import { fieldSchema, type Kind } from '@stowage/core'
import type { BuiltInColumn, Column } from '@stowage/core/contracts'
import { publicFields } from '../profile/declared-field.ts'
import { type Bound, boundFilter, bounds, columnFilter, type ListFilter, tagsFilter } from '../profile/list-filter.ts'

const EXACT = ['type', 'visibility', 'processing', 'createdBy', 'contentType'] as const
const RANGED = ['createdAt', 'updatedAt', 'sizeBytes'] as const
const NUMBERS: ReadonlySet<string> = new Set([...RANGED, 'width', 'height'])
const BOUNDED = /^(.+)\[(gte|gt|lte|lt)\]$/

/** Names of the parameters that filter where a profile names none. */
export function houseFilterNames(kind: Kind): readonly string[] {
  const shown = publicFields(kind)
  const declared = fieldSchema(kind).fields.filter(({ name }) => shown.includes(name))
  const ranged = [...RANGED, ...declared.filter(({ type }) => type === 'number').map(({ name }) => name)]
  return [
    ...EXACT,
    'tags',
    'tags[all]',
    ...declared.map(({ name }) => name).filter(name => name !== 'tags'),
    ...ranged.flatMap(name => bounds.map(bound => `${name}[${bound}]`)),
  ]
}

/**
 * What a name means: `tags`, `tags[all]`, a column or declared field, or one with a bound, such as `sizeBytes[gte]`.
 * @throws TypeError for a bound of what is no number or time
 */
export function namedFilter(kind: Kind, name: string): ListFilter {
  if (name === 'tags' || name === 'tags[all]') return tagsFilter(name === 'tags' ? 'any' : 'all')
  const [, bounded, bound] = BOUNDED.exec(name) ?? []
  if (bounded === undefined || Object.hasOwn(kind.shape, name)) return columnFilter(columnOf(kind, name))
  if (!hasBounds(kind, bounded)) throw new TypeError(`list.filter: "${name}" asks for a bound of what is no number and no time.`)
  return boundFilter(columnOf(kind, bounded), bound as Bound)
}

function hasBounds(kind: Kind, name: string): boolean {
  if (!Object.hasOwn(kind.shape, name)) return NUMBERS.has(name)
  return fieldSchema(kind).fields.some(field => field.name === name && field.type === 'number')
}

/** Of a declared field and a column of the same name, the field. */
function columnOf({ shape }: Kind, name: string): Column {
  return Object.hasOwn(shape, name) ? { field: name } : (name as BuiltInColumn)
}
