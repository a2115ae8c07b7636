import type { Kind, Stowage } from '@stowage/core'
import { planList } from '../list/list-plan.ts'
import type { PreparedProfile } from '../operations/exchange.ts'
import { checkCors } from '../routing/cors.ts'
import type { Route } from '../routing/router.ts'
import { parseTemplate, type Template } from '../routing/template.ts'
import { createUrls } from '../routing/urls.ts'
import { houseFields } from '../upload/house-details.ts'
import { checkPrivate } from './check-private.ts'
import { type Operation, operationNames, operations } from './operation.ts'
import type { Profile } from './profile.ts'

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
  const paths = operationNames.flatMap(operation => readPath(profile, operation))
  checkPrivate(
    profile,
    paths.map(({ operation }) => operation),
  )
  const templates = Object.fromEntries(paths.map(path => [path.operation, path.template])) as Partial<Record<Operation, Template>>
  const prepared: PreparedProfile = {
    profile,
    kind,
    templates,
    list: planList(kind, profile.list ?? {}, profile.authenticate?.queryParams ?? []),
    form: {
      fileField: profile.upload?.fileField ?? 'file',
      urlField: stowage.canImport ? urlFieldOf(profile) : null,
      fields: new Set(profile.upload?.fields ?? houseFields(kind)),
      maxFields: profile.upload?.maxFields ?? 100,
      maxFieldBytes: profile.upload?.maxFieldBytes ?? 64 * 1024,
      maxFileBytes: kind.limits.maxBytes,
    },
    urls: mountPath => createUrls(templates, profile.publicUrl ?? '', mountPath),
  }
  return { routes: paths.map(({ operation, method, template }) => ({ method, template, target: { operation, prepared } })) }
}

/** The member that names a file to import, where no text field has its name; null: none is imported. */
function urlFieldOf({ basePath, kind, upload = {} }: Profile): string | null {
  const { urlField = 'url', fields = houseFields(kind), fileField = 'file' } = upload
  if (urlField === false) return null
  if (urlField !== fileField && !fields.includes(urlField)) return urlField
  throw new TypeError(
    `The profile at ${basePath} has a field "${urlField}" of its own: give upload.urlField another name for imports, or false for none.`,
  )
}

interface ReadPath {
  readonly operation: Operation
  readonly method: string
  readonly template: Template
}

function readPath(profile: Profile, operation: Operation): ReadPath[] {
  const own = profile.paths?.[operation]
  if (operation === 'derivative' && !hasDerivatives(profile.kind)) {
    if (!own && !profile.operations?.includes(operation)) return []
    throw new TypeError(`The operation derivative is asked for, but kind ${profile.kind.name} declares no derivatives.`)
  }
  if (profile.operations && !profile.operations.includes(operation)) {
    if (own) throw new TypeError(`paths.${operation} is given, but operations leaves it out.`)
    return []
  }
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

function hasDerivatives({ processing }: Kind): boolean {
  return processing !== false && Object.keys(processing?.derivatives ?? {}).length > 0
}
