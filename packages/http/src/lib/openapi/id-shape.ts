import type { Kind } from '@stowage/core'
import { z } from 'zod'

const SOME_UUID = '0192f000-0000-7000-8000-000000000000'

/** Whether a kind's ids are those that it gets where it says nothing of them. */
export function hasUuids({ ids }: Kind): boolean {
  return ids === undefined || (ids.parse(SOME_UUID) !== null && ids.parse('x') === null)
}

/** What the ids of a kind look like: its strategy knows. */
export function idShape(kind: Kind): z.ZodType {
  const { ids } = kind
  if (ids === undefined || hasUuids(kind)) return z.uuid()
  const first = ids.parse(1)
  return first !== null && typeof ids.format(first) === 'number' ? z.int().min(1) : z.string()
}
