import type { z } from 'zod'
import type { ListFilter } from '../profile/list-filter.ts'
import type { Described } from './described.ts'
import { jsonSchema } from './json-schema.ts'
import type { JsonSchema, OpenApiParameter } from './open-api-document.ts'

const TEXT: JsonSchema = { type: 'string' }

/** Every parameter that means something on this profile's list, but for credentials. */
export function listParameters({ prepared: { list } }: Described): readonly OpenApiParameter[] {
  const { filters, sort, paging, searchParam, wordsParam, rankedParam } = list
  const described = [
    ...paging.params.map(name => ({ name, schema: schemaOf(paging.schemas?.[name]) })),
    ...sortParameters(sort),
    ...optional(searchParam, TEXT, 'Each term, split at spaces, must be part of a searched text.'),
    ...optional(wordsParam, TEXT, 'Each word must be one of the text inside the file.'),
    ...optional(rankedParam, { type: 'boolean', default: false }, 'What says most about the words comes first.'),
    ...[...filters].map(([name, filter]) => ({ name, schema: filterSchema(filter) })),
  ]
  return described.map(parameter => ({ ...parameter, in: 'query' }))
}

function optional(name: string | null, schema: JsonSchema, description: string) {
  return name === null ? [] : [{ name, schema, description }]
}

type Sort = Described['prepared']['list']['sort']

function sortParameters({ param, columns, default: first, orderParam }: Sort): readonly Omit<OpenApiParameter, 'in'>[] {
  const names = Object.keys(columns)
  if (orderParam === null) {
    const schema = { type: 'string', enum: names.flatMap(name => [name, `-${name}`]), default: first }
    return [{ name: param, schema, description: 'With `-` in front: descending.' }]
  }
  const descends = first.startsWith('-')
  return [
    { name: param, schema: { type: 'string', enum: names, default: first.replace(/^-/, '') } },
    { name: orderParam, schema: { type: 'string', enum: ['asc', 'desc'], default: descends ? 'desc' : 'asc' } },
  ]
}

/** A parameter that repeats means any of its values, or all of them for tags. */
function filterSchema({ schema, once = false }: ListFilter): JsonSchema {
  const value = schemaOf(schema)
  return once ? value : { type: 'array', items: value, maxItems: 100 }
}

function schemaOf(schema: z.ZodType | undefined): JsonSchema {
  return schema === undefined ? TEXT : jsonSchema(schema, 'input', '#')
}
