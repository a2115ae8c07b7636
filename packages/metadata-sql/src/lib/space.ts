import type { Filter } from '@stowage/core/contracts'

/** What says that a list is of one space. */
export const spaceOf = (filters: readonly Filter[]): Filter | undefined =>
  filters.find(filter => filter.op === 'eq' && filter.column === 'space')
