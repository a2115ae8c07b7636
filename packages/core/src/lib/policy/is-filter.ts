import type { Filter } from '../contracts/filter.ts'

/** Whether a value is a filter that a policy may use: what a custom rule answers is a caller's, who may have no type checker. */
export function isPolicyFilter(value: unknown): value is Filter {
  if (!isObject(value)) return false
  switch (value.op) {
    case 'all':
    case 'none':
      return true
    case 'and':
    case 'or':
      return Array.isArray(value.filters) && value.filters.every(isPolicyFilter)
    case 'not':
      return isPolicyFilter(value.filter)
    case 'tags':
      return ['any', 'all', 'none'].includes(String(value.match)) && isList(value.tags, tag => typeof tag === 'string')
    case 'in':
      return isColumn(value.column) && isList(value.values, isScalar)
    case 'isNull':
      return isColumn(value.column)
    case 'eq':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return isColumn(value.column) && isScalar(value.value)
    default:
      return false
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isColumn(value: unknown): boolean {
  return typeof value === 'string' || (isObject(value) && typeof value.field === 'string')
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function isList(value: unknown, each: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(each)
}
