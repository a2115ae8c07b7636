import { defineKind, type Policy } from '@stowage/core'
import { z } from 'zod'

/** The kind of the assets in `records.ts`, as an application declares it. */
export function fileKind(policy: Policy) {
  return defineKind({ name: 'file', fields: z.object({ part: z.string().optional() }), indexes: ['part'], policy })
}
