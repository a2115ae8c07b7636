import { defineKind, ownerOnly } from '@stowage/core'
import { z } from 'zod'

interface Tree {
  readonly name: string
  readonly children: readonly Tree[]
}
const tree: z.ZodType<Tree> = z.object({ name: z.string(), children: z.lazy(() => z.array(tree)) })

/** A kind with every sort of field that a schema may have. */
export const everySortOfField = defineKind({
  name: 'every-field',
  policy: ownerOnly({ read: 'public' }),
  fields: z.object({
    plain: z.string().min(1).max(20),
    pattern: z
      .string()
      .regex(/^[a-z]+$/)
      .optional(),
    mail: z.email().optional(),
    day: z.iso.date().optional(),
    whole: z.int().min(1).max(5).optional(),
    fraction: z.number().positive().optional(),
    flag: z.boolean().default(false),
    choice: z.enum(['red', 'green']).optional(),
    only: z.literal('yes').optional(),
    level: z.union([z.literal(1), z.literal(2)]).optional(),
    either: z.union([z.string(), z.number()]).optional(),
    none: z.string().nullable().optional(),
    words: z.array(z.string().max(10)).max(3).default([]),
    numbers: z.array(z.number()).optional(),
    pair: z.tuple([z.string(), z.number()]).optional(),
    place: z.object({ lat: z.number(), lon: z.number() }).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    free: z.json().optional(),
    tree: tree.optional(),
    upper: z
      .string()
      .transform(text => text.toUpperCase())
      .optional(),
    checked: z
      .string()
      .refine(text => text !== 'no')
      .optional(),
    trimmed: z.string().trim().pipe(z.string().min(1)).optional(),
    fixed: z.string().readonly().optional(),
    secret: z.string().optional(),
    'odd/name~': z.string().optional(),
  }),
  privateFields: ['secret'],
  indexes: ['plain'],
  sorts: ['title', 'whole'],
  accept: ['image/png', 'text/plain'],
  processing: { derivatives: { thumb: { width: 64 }, large: { width: 640 } } },
  quota: { bytes: 1_000_000 },
  countDownloads: true,
  slugs: true,
})
