import type { z } from 'zod'
import { StowageError } from '../../contracts/errors.ts'
import type { JsonObject, JsonValue } from '../../contracts/json.ts'
import { cleanFilename } from '../../kinds/filename.ts'
import type { Kind } from '../../kinds/kind.ts'
import type { AssetDetails } from '../interface/asset.ts'
import { checkExternalUrl } from './external-url.ts'
import { checkSlug } from './slug.ts'

const MAX_TITLE_CHARS = 1000
const MAX_DESCRIPTION_CHARS = 10_000
const MAX_TAG_CHARS = 200
const MAX_JSON_DEPTH = 32

/** One thing that is wrong in what a caller said. @see RFC 6901 for `pointer` */
export interface Issue {
  readonly pointer: string
  readonly message: string
}

export interface CheckedDetails {
  readonly filename?: string
  readonly title?: string | null
  readonly description?: string | null
  readonly visibility?: 'public' | 'private'
  readonly slug?: string | null
  readonly externalUrl?: string
  readonly fields?: JsonObject
  readonly metadata?: JsonObject
  readonly tags?: readonly string[]
}

/**
 * Checks what a caller says of an asset. Only names that were given are in the answer.
 * @param fieldsAre `whole`: the declared fields must be complete; `part`: some may still come
 * @throws StowageError `unprocessable` with `details.issues`; `invalid_request` for a bad filename
 */
export function checkDetails(
  kind: Kind,
  details: AssetDetails & { readonly externalUrl?: string },
  fieldsAre: 'whole' | 'part',
): CheckedDetails {
  const issues: Issue[] = []
  const { title, description, visibility, metadata, tags, filename, slug, externalUrl } = details
  checkText(issues, '/title', title, MAX_TITLE_CHARS)
  checkText(issues, '/description', description, MAX_DESCRIPTION_CHARS)
  if (visibility !== undefined && visibility !== 'public' && visibility !== 'private') {
    issues.push({ pointer: '/visibility', message: 'must be "public" or "private"' })
  }
  checkFilenameType(issues, filename)
  if (slug !== undefined && slug !== null) checkSlug(issues, slug)
  if (externalUrl !== undefined) checkExternalUrl(issues, externalUrl)
  if (metadata !== undefined) checkMetadata(issues, metadata, kind.limits.maxMetadataBytes)
  const distinctTags =
    tags === undefined ? undefined : checkTags(issues, tags, { maxTags: kind.limits.maxTags, pointer: '/tags' })
  const fields = checkFields(issues, kind, details.fields, fieldsAre)
  if (issues.length > 0) throw invalid(issues)
  return defined({
    title,
    description,
    visibility,
    slug,
    externalUrl,
    metadata,
    fields,
    tags: distinctTags,
    filename: filename === undefined ? undefined : cleanFilename(filename),
  })
}

function checkText(issues: Issue[], pointer: string, text: unknown, maxChars: number): void {
  if (text === undefined || text === null) return
  if (typeof text !== 'string') issues.push({ pointer, message: 'must be a string or null' })
  else if (text.length > maxChars) issues.push({ pointer, message: `must have at most ${maxChars} characters` })
  else if (!isStorable(text)) issues.push({ pointer, message: NOT_STORABLE })
}

/** A name can't be taken away, so that `null` is as wrong as a number. */
export function checkFilenameType(issues: Issue[], filename: unknown): void {
  if (filename !== undefined && typeof filename !== 'string') issues.push({ pointer: '/filename', message: 'must be a string' })
}

const NOT_STORABLE = 'must not hold NUL or lone surrogates'
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** Tags as they are said, each once. */
export function checkTags(
  issues: Issue[],
  tags: readonly unknown[],
  { maxTags, pointer }: { readonly maxTags: number; readonly pointer: string },
): readonly string[] {
  if (!Array.isArray(tags)) {
    issues.push({ pointer, message: 'must be an array of strings' })
    return []
  }
  const distinct = [...new Set(tags)]
  if (distinct.length > maxTags) issues.push({ pointer, message: `must be at most ${maxTags}` })
  for (const [index, tag] of tags.entries()) {
    const bad =
      typeof tag !== 'string' || tag.trim() === '' || tag.length > MAX_TAG_CHARS || !tag.isWellFormed() || /\p{Cc}/u.test(tag)
    if (bad)
      issues.push({ pointer: `${pointer}/${index}`, message: `must be 1 to ${MAX_TAG_CHARS} characters, no control characters` })
    if (issues.length > 10) break
  }
  return distinct
}

function checkMetadata(issues: Issue[], metadata: unknown, maxBytes: number): void {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    issues.push({ pointer: '/metadata', message: 'must be a JSON object' })
    return
  }
  const fault = jsonFault(metadata as JsonObject, MAX_JSON_DEPTH)
  if (fault !== null) issues.push({ pointer: '/metadata', message: fault })
  else if (Buffer.byteLength(JSON.stringify(metadata)) > maxBytes) {
    issues.push({ pointer: '/metadata', message: `must be at most ${maxBytes} bytes as JSON` })
  }
}

function jsonFault(value: JsonValue | undefined, depthLeft: number): string | null {
  if (depthLeft < 0) return `must be nested at most ${MAX_JSON_DEPTH} deep`
  if (typeof value === 'string') return isStorable(value) ? null : NOT_STORABLE
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'must hold finite numbers only'
  if (value === null || typeof value === 'boolean') return null
  if (typeof value !== 'object') return 'must hold JSON values only'
  for (const [name, inner] of Object.entries(value)) {
    const fault = isStorable(name) ? jsonFault(inner, depthLeft - 1) : NOT_STORABLE
    if (fault !== null) return fault
  }
  return null
}

function checkFields(
  issues: Issue[],
  kind: Kind,
  given: JsonObject | undefined,
  fieldsAre: 'whole' | 'part',
): JsonObject | undefined {
  if (fieldsAre === 'part' && given === undefined) return undefined
  if (!kind.fields) return noFields(issues, kind, given)
  const schema: z.ZodObject = fieldsAre === 'part' ? kind.fields.partial().strict() : kind.fields.strict()
  const parsed = schema.safeParse(given ?? {})
  if (parsed.success) return storableFields(issues, parsed.data as JsonObject)
  for (const { path, message, ...issue } of parsed.error.issues) {
    const names = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.map(key => [...path, key]) : [path]
    for (const name of names) issues.push({ pointer: pointerTo(['fields', ...name]), message })
  }
  return undefined
}

function noFields(issues: Issue[], kind: Kind, given: JsonObject = {}): JsonObject {
  for (const name of Object.keys(given))
    issues.push({ pointer: pointerTo(['fields', name]), message: `is no field of kind ${kind.name}` })
  return {}
}

function storableFields(issues: Issue[], fields: JsonObject): JsonObject {
  const fault = jsonFault(fields, MAX_JSON_DEPTH)
  if (fault !== null) issues.push({ pointer: '/fields', message: fault })
  return fields
}

export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** A request whose parts are readable but wrong, with a JSON pointer for each. */
export function invalid(issues: readonly Issue[]): StowageError {
  const first = issues[0]
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  return new StowageError('unprocessable', `${first?.pointer ?? ''} ${first?.message ?? ''}${more}`.trim(), {
    details: { issues },
  })
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}
