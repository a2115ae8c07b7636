import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineKind } from './define-kind.ts'
import { fieldSchema } from './field-schema.ts'
import type { KindOptions } from './kind.ts'

const fields = z.object({
  topic: z.string().optional(),
  title: z.string().default('none'),
  weight: z.number().int().nullable(),
  done: z.boolean().catch(false).readonly(),
  status: z.enum(['draft', 'final']),
  level: z.literal([1, 2, null]),
  either: z.union([z.literal('a'), z.templateLiteral(['x', z.number()]), z.null()]),
  trimmed: z.preprocess(value => value, z.string()),
  mixed: z.union([z.string(), z.number()]),
  labels: z.array(z.string()),
  place: z.object({ x: z.number() }),
})
type Options = Omit<KindOptions<typeof fields>, 'name'>
const kindWith = (options: object) => defineKind({ name: 'doc', fields, ...(options as Options) })

describe('a kind', () => {
  it('tells its store of the fields of one plain value, whatever wraps them', () => {
    expect(fieldSchema(kindWith({ indexes: ['topic'] }))).toEqual({
      name: 'doc',
      fields: [
        { name: 'topic', type: 'string', indexed: true },
        { name: 'title', type: 'string', indexed: false },
        { name: 'weight', type: 'number', indexed: false },
        { name: 'done', type: 'boolean', indexed: false },
        { name: 'status', type: 'string', indexed: false },
        { name: 'level', type: 'number', indexed: false },
        { name: 'either', type: 'string', indexed: false },
        { name: 'trimmed', type: 'string', indexed: false },
      ],
    })
  })

  it('is sorted by columns and by fields, of which a field of the same name goes first', () => {
    const { sorts, searched } = fieldSchema(kindWith({ sorts: ['updatedAt', 'title', 'weight'], searched: ['filename'] }))
    expect([sorts, searched]).toEqual([['updatedAt', { field: 'title' }, { field: 'weight' }], ['filename']])
  })

  it.each([
    [{ indexes: ['nothing'] }, 'index "nothing" is not one of its fields'],
    [{ sorts: ['nothing'] }, `can't be sorted by "nothing"`],
    [{ sorts: ['createdAt'] }, 'createdAt needs no mention'],
    [{ sorts: ['sha256'] }, `can't be sorted by "sha256"`],
    [{ sorts: ['__proto__'] }, `can't be sorted by "__proto__"`],
    [{ sorts: ['labels'] }, 'fields of one string, number or boolean'],
    [{ searched: ['metadata'] }, 'What can: title, description, filename, tags.'],
    [{ searched: ['toString'] }, `"toString" can't be searched`],
    [{ privateFields: ['filename'] }, 'they are: topic, title, weight'],
    [{ privateFields: ['constructor'] }, 'privateFields "constructor" is not one of its fields'],
  ])('with %j is refused', (options, why) => {
    expect(() => kindWith(options)).toThrow(why)
  })

  it('has an index of plain fields only', () => {
    for (const name of ['labels', 'place', 'mixed'])
      expect(() => fieldSchema(kindWith({ indexes: [name] }))).toThrow(`field "${name}" can't be indexed`)
  })
})
