import type { z } from 'zod'
import { checkQuota } from '../assets/admission/quota.ts'
import { isStowageError } from '../contracts/errors.ts'
import type { SearchedColumn } from '../contracts/filter.ts'
import { completeRecipe } from '../derivatives/recipe.ts'
import { plainType } from './field-schema.ts'
import type { Kind, KindOptions, SortableColumn } from './kind.ts'

const MiB = 1024 * 1024
const KiB = 1024
const MAX_WAIT_MS = 60_000
const MAX_TEXT_CHARS = 1024 * 1024

const sortable: Readonly<Record<SortableColumn, true>> = {
  updatedAt: true,
  title: true,
  filename: true,
  slug: true,
  contentType: true,
  sizeBytes: true,
  width: true,
  height: true,
}
const searchable: Readonly<Record<SearchedColumn, true>> = { title: true, description: true, filename: true, tags: true }

/**
 * Declares a kind of asset: what it holds, who may do what, and its limits. Give every kind to `createStowage`.
 * @throws TypeError when an option can't be meant
 */
export function defineKind<Fields extends z.ZodObject = z.ZodObject>(options: KindOptions<Fields>): Kind<Fields> {
  const { name, fields } = options
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) {
    throw new TypeError(`defineKind: name "${name}" must be 1 to 64 lower-case letters, digits and hyphens, a letter first.`)
  }
  for (const [limit, value] of Object.entries(options.limits ?? {})) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new TypeError(`defineKind ${name}: limits.${limit} must be a whole number from 0.`)
  }
  if (typeof options.quota === 'object') checkQuota(name, options.quota)
  checkLists(options)
  checkProcessing(options)
  checkDerivatives(options)
  return Object.freeze({
    ...options,
    shape: fields?.shape ?? {},
    limits: { maxBytes: 100 * MiB, minBytes: 1, maxMetadataBytes: 64 * KiB, maxTags: 100, ...options.limits },
    filenames: options.filenames ?? 'any',
    visibility: options.visibility ?? 'private',
    declaredTypes: options.declaredTypes ?? ['text/plain', 'text/csv', 'text/markdown', 'application/json'],
  })
}

function checkLists({ name, fields, indexes = [], sorts = [], searched = [], privateFields = [] }: KindOptions): void {
  const shape: Readonly<Record<string, z.core.$ZodType>> = fields?.shape ?? {}
  const refuse = (why: string): never => {
    throw new TypeError(`defineKind ${name}: ${why}`)
  }
  const knownField = (option: string, field: string): void => {
    if (!Object.hasOwn(shape, field))
      refuse(`${option} "${field}" is not one of its fields; they are: ${Object.keys(shape).join(', ') || 'none'}.`)
  }
  for (const index of indexes) knownField('index', index)
  for (const field of privateFields) knownField('privateFields', field)
  for (const sort of sorts) {
    if (Object.hasOwn(shape, sort) ? plainType(shape[sort]) === null : !Object.hasOwn(sortable, sort))
      refuse(
        `it can't be sorted by "${sort}". Sorts are fields of one string, number or boolean, and ${Object.keys(sortable).join(', ')}; createdAt needs no mention.`,
      )
  }
  for (const column of searched) {
    if (!Object.hasOwn(searchable, column))
      refuse(`"${column}" can't be searched. What can: ${Object.keys(searchable).join(', ')}.`)
  }
}

function checkProcessing({ name, processing }: KindOptions): void {
  const { answerAfter = 'stored', waitMs = 0, maxTextChars = 0 } = processing || {}
  if (!['stored', 'facts', 'done'].includes(answerAfter))
    throw new TypeError(`defineKind ${name}: processing.answerAfter must be stored, facts or done.`)
  for (const [option, value, most] of [
    ['waitMs', waitMs, MAX_WAIT_MS],
    ['maxTextChars', maxTextChars, MAX_TEXT_CHARS],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > most)
      throw new TypeError(`defineKind ${name}: processing.${option} must be a whole number from 0 to ${most}.`)
  }
}

function checkDerivatives({ name, processing }: KindOptions): void {
  for (const [derivative, recipe] of Object.entries((processing || undefined)?.derivatives ?? {})) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(derivative))
      throw new TypeError(
        `defineKind ${name}: derivative "${derivative}" must be 1 to 64 letters, digits, hyphens and underscores.`,
      )
    try {
      completeRecipe(recipe)
    } catch (error) {
      if (!isStowageError(error)) throw error
      throw new TypeError(`defineKind ${name}: processing.derivatives.${derivative}: ${error.message}`, { cause: error })
    }
  }
}
