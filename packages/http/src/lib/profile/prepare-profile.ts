import type { Kind, Stowage } from '@stowage/core'
import { planList } from '../list/list-plan.ts'
import { describedApi } from '../openapi/described-api.ts'
import type { PreparedProfile } from '../operations/exchange.ts'
import { checkCors } from '../routing/cors.ts'
import type { Route } from '../routing/router.ts'
import { parseTemplate, type Template } from '../routing/template.ts'
import { createUrls } from '../routing/urls.ts'
import { fieldsOf, jsonSources } from '../upload/json-sources.ts'
import { checkPrivate } from './check-private.ts'
import { directOperations, type Operation, operationNames, operations, resumableOperations } from './operation.ts'
import type { Profile } from './profile.ts'
import { withoutShadows } from './shadowed.ts'

/** What a route leads to. */
export interface RouteTarget {
  readonly operation: Operation
  readonly prepared: PreparedProfile
}

/**
 * Checks a profile and works out everything that does not depend on a request.
 * @throws TypeError for a profile that cannot work
 */
export function prepareProfile(stowage: Stowage, profile: Profile): { readonly routes: readonly Route<RouteTarget>[] } {
  const { kind } = profile
  if (!stowage.kinds.some(known => known.name === kind.name)) {
    throw new TypeError(
      `The profile at ${profile.basePath} serves the kind "${kind.name}", which was not given to createStowage.`,
    )
  }
  if (profile.publicUrl !== undefined && !URL.canParse(profile.publicUrl)) {
    throw new TypeError(`publicUrl must be an absolute URL such as https://assets.example.com, not ${profile.publicUrl}.`)
  }
  checkCors(profile.cors)
  const named = operationNames.flatMap(operation => readPath(profile, operation, stowage))
  const paths = withoutShadows(profile, named)
  checkPrivate(
    profile,
    paths.map(({ operation }) => operation),
  )
  const templates = Object.fromEntries(paths.map(path => [path.operation, path.template])) as Partial<Record<Operation, Template>>
  const sources = jsonSources(profile, stowage.canImport)
  const by = profile.delivery?.by
  const prepared: PreparedProfile = {
    profile,
    kind,
    templates,
    list: planList(kind, profile.list ?? {}, profile.authenticate?.queryParams ?? []),
    form: {
      fileField: profile.upload?.fileField ?? 'file',
      urlField: sources.url,
      fields: new Set(fieldsOf(kind, profile.upload ?? {})),
      maxFields: profile.upload?.maxFields ?? 100,
      maxFieldBytes: profile.upload?.maxFieldBytes ?? 64 * 1024,
      maxFileBytes: kind.limits.maxBytes,
    },
    sources,
    deliver: !by || by === 'proxy' ? null : by.prepare(stowage.storage),
    methods: Object.fromEntries(paths.map(({ operation, method }) => [operation, method])),
    urls: mountPath => createUrls(templates, profile.publicUrl ?? '', mountPath),
    described: describedApi(stowage, () => prepared),
  }
  return { routes: paths.map(({ operation, method, template }) => ({ method, template, target: { operation, prepared } })) }
}

interface ReadPath {
  readonly operation: Operation
  readonly method: string
  readonly template: Template
}

function readPath(profile: Profile, operation: Operation, stowage: Stowage): ReadPath[] {
  const own = profile.paths?.[operation]
  if (operation === 'derivative' && !hasDerivatives(profile.kind)) {
    if (!own && !profile.operations?.includes(operation)) return []
    throw new TypeError(`The operation derivative is asked for, but kind ${profile.kind.name} declares no derivatives.`)
  }
  if (profile.operations && !profile.operations.includes(operation)) {
    if (own) throw new TypeError(`paths.${operation} is given, but operations leaves it out.`)
    return []
  }
  if (own === undefined && profile.operations === undefined && !isOfferedUnasked(profile, operation, stowage)) return []
  const given = own ?? operations[operation].path
  if (given === false) return []
  const [method = '', path = '', ...rest] = given.split(' ')
  const { methods, names, needs = [] } = operations[operation]
  if (rest.length > 0 || !methods.includes(method)) {
    throw new TypeError(
      `paths.${operation}: write "${methods[0]} path", not ${JSON.stringify(given)}; methods are ${methods.join(', ')}.`,
    )
  }
  const template = parseTemplate(profile.basePath, path)
  if (names.length > 0 && !names.some(name => template.params.includes(name))) {
    throw new TypeError(`paths.${operation}: ${template.text} must name the asset by :${names.join(' or :')}.`)
  }
  const missing = needs.find(name => !template.params.includes(name))
  if (missing !== undefined) throw new TypeError(`paths.${operation}: ${template.text} must have the parameter :${missing}.`)
  return [{ operation, method, template }]
}

/** Files are staged where something can be made of them. Changes of many assets are no way round what a profile says of changes of one; who wants both names them. */
function isOfferedUnasked(profile: Profile, operation: Operation, stowage: Stowage): boolean {
  const { paths, update = {}, upload = {} } = profile
  if (operation === 'stage') return upload.json !== undefined || jsonSources(profile, false).staged !== null
  const takesOthers = paths?.upload !== false && takesHouseDetails(upload)
  if (directOperations.has(operation)) return stowage.canSignUploads && takesOthers
  if (resumableOperations.has(operation)) return stowage.canResumeUploads && takesOthers
  const { eachIs } = operations[operation]
  if (eachIs === undefined) return true
  if (paths?.[eachIs] === false || update.requireIfMatch === true) return false
  return eachIs !== 'update' || (update.patch === undefined && update.members?.includes('tags') !== false)
}

/** What a profile makes of its own fields is no rule on what others would send. */
function takesHouseDetails({ fields, details, json }: NonNullable<Profile['upload']>): boolean {
  return fields === undefined && details === undefined && json === undefined
}

function hasDerivatives({ processing }: Kind): boolean {
  return processing !== false && Object.keys(processing?.derivatives ?? {}).length > 0
}
