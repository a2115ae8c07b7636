import type { Asset, AssetDetails, Assets, CreateInput, ImportInput } from '@stowage/core'
import type { JsonObject } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownMembers } from '../body/known-members.ts'
import { given } from '../profile/given.ts'
import type { JsonUpload } from '../profile/upload-options.ts'
import type { HttpRequest } from '../request.ts'
import { type JsonSources, sourceNames } from './json-sources.ts'

export interface JsonPlan {
  readonly sources: JsonSources
  /** Other members that are taken. */
  readonly members: readonly string[]
  readonly maxJsonBytes: number
  readonly details: (body: JsonObject) => AssetDetails
  /** Reads bodies of another shape, whole. */
  readonly own: ((body: JsonObject) => JsonUpload) | null
}

/**
 * Makes an asset of a body that is no file but says where one lies, or what is there instead of one.
 * @throws StowageError `invalid_request`, `unprocessable`, `content_too_large`
 */
export async function receiveJson(
  request: HttpRequest,
  plan: JsonPlan,
  assets: Pick<Assets, 'import' | 'create'>,
): Promise<Asset> {
  const body = await readJsonObject(request, { types: ['application/json'], maxBytes: plan.maxJsonBytes })
  const { signal } = request
  if (plan.own !== null) {
    const made = plan.own(body)
    if ('import' in made) return assets.import({ ...given<ImportInput>(made.import), signal })
    return assets.create({ ...given<CreateInput>(made), signal })
  }
  refuseUnknownMembers(body, [...sourceNames(plan.sources), ...plan.members])
  const { source, value, rest } = sourceOf(body, plan.sources)
  // What it must be is said by the service, which checks it with the rest.
  const details = plan.details(rest)
  if (source === 'url') return assets.import({ ...details, url: value as string, signal })
  return assets.create({ ...details, [source]: value, signal })
}

interface Source {
  readonly source: keyof JsonSources
  readonly value: unknown
  readonly rest: JsonObject
}

function sourceOf(body: JsonObject, sources: JsonSources): Source {
  const names = sourceNames(sources)
  const present = names.filter(name => (body[name] ?? null) !== null)
  const [name] = present
  if (name === undefined || present.length > 1) throw notOne(names, present)
  const [source] = Object.entries(sources).find(([, own]) => own === name) as [keyof JsonSources, string]
  const rest = Object.fromEntries(Object.entries(body).filter(([member]) => !names.includes(member)))
  return { source, value: body[name], rest }
}

function notOne(names: readonly string[], present: readonly string[]): StowageError {
  const list = names.map(name => `"${name}"`).join(' or ')
  const found = present.length === 0 ? 'The body names no file' : `The body has ${present.map(name => `"${name}"`).join(' and ')}`
  return new StowageError('invalid_request', `${found}: give one of ${list}.`, { details: { field: present[1] ?? names[0] } })
}
