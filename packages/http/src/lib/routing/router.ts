import { CHOSEN_NAMES } from './chosen-names.ts'
import type { Segment, Template } from './template.ts'

export interface Route<Target> {
  readonly method: string
  readonly template: Template
  readonly target: Target
}

/** All that answers at one shape of path. */
export interface Resource<Target> {
  readonly segments: readonly Segment[]
  readonly routes: ReadonlyMap<string, Route<Target>>
  /** Value of `Allow`. */
  readonly allow: string
}

export interface Router<Target> {
  /**
   * The one resource a raw path names, by its most literal template, with the raw text of each parameter. A route of another template, lent to it for
   * names that are words of paths, has more: {@link rawParams}.
   */
  match(path: string): { readonly resource: Resource<Target>; readonly raw: readonly string[] } | null
}

/** @throws TypeError when two routes have the same method and shape of path */
export function createRouter<Target>(routes: readonly Route<Target>[]): Router<Target> {
  const groups = new Map<string, Route<Target>[]>()
  for (const route of routes) {
    const shape = shapeOf(route.template)
    groups.set(shape, [...(groups.get(shape) ?? []), route])
  }
  const byLength = new Map<number, Resource<Target>[]>()
  for (const group of groups.values()) {
    const resource = createResource(group)
    const length = resource.segments.length
    byLength.set(length, [...(byLength.get(length) ?? []), resource].sort(moreLiteralFirst))
  }
  for (const [length, resources] of byLength) {
    const all = resources.map((resource, at) => alsoRead(resource, resources.slice(at + 1)))
    byLength.set(length, all)
  }
  // Bindings ask whose a path is just before it is handled.
  let lastPath: string | null = null
  let lastMatch: ReturnType<Router<Target>['match']> = null
  return {
    match(path) {
      if (path === lastPath) return lastMatch
      lastMatch = matchPath(byLength, path)
      lastPath = path
      return lastMatch
    },
  }
}

function shapeOf(template: Template): string {
  return template.segments.map(segment => `/${segment.literal ?? `:${segment.suffix}`}`).join('')
}

function createResource<Target>(group: readonly Route<Target>[]): Resource<Target> {
  const routes = new Map<string, Route<Target>>()
  for (const route of group) {
    if (routes.has(route.method)) {
      throw new TypeError(
        `Two operations answer ${route.method} ${route.template.text}: give one another path, or set it to false.`,
      )
    }
    routes.set(route.method, route)
  }
  const get = routes.get('GET')
  if (get !== undefined && !routes.has('HEAD')) routes.set('HEAD', get)
  const segments = (group[0] as Route<Target>).template.segments
  return { segments, routes, allow: allowOf(routes) }
}

function allowOf(routes: ReadonlyMap<string, unknown>): string {
  return [...routes.keys(), 'OPTIONS'].join(', ')
}

/** A path that is written out for other methods must not hide what somebody gave that name: it is read there all the same. */
function alsoRead<Target>(resource: Resource<Target>, lessLiteral: readonly Resource<Target>[]): Resource<Target> {
  if (resource.routes.has('GET')) return resource
  const reading = lessLiteral
    .map(other => other.routes.get('GET'))
    .find(route => route !== undefined && holdsName(route.template, resource.segments))
  if (reading === undefined) return resource
  const routes = new Map([...resource.routes, ['GET', reading], ['HEAD', reading]])
  return { ...resource, routes, allow: allowOf(routes) }
}

/** Whether every path of `segments` is one of the template's, with a word that is written out in the place of a chosen name. */
function holdsName({ segments: own }: Template, segments: readonly Segment[]): boolean {
  let chosen = false
  for (const [index, { literal }] of segments.entries()) {
    const segment = own[index]
    if (segment?.param === undefined) {
      if (segment?.literal !== literal) return false
    } else if (literal !== undefined) {
      if (withoutSuffix(literal, segment.suffix) === '') return false
      chosen ||= CHOSEN_NAMES.has(segment.param)
    } else if (segment.suffix !== '') return false
  }
  return chosen
}

/** The raw text of each parameter that a template has in a path of its own. */
export function rawParams({ segments }: Template, path: string): readonly string[] {
  return matchSegments(segments, path.slice(1).split('/')) ?? []
}

function moreLiteralFirst(a: Resource<unknown>, b: Resource<unknown>): number {
  for (const [index, segment] of a.segments.entries()) {
    const order = literalness(b.segments[index]) - literalness(segment)
    if (order !== 0) return order
  }
  return 0
}

function literalness(segment: Segment | undefined): number {
  return segment?.param === undefined ? Number.MAX_SAFE_INTEGER : segment.suffix.length
}

function matchPath<Target>(byLength: ReadonlyMap<number, readonly Resource<Target>[]>, path: string) {
  if (path.charCodeAt(0) !== 47) return null
  const pieces = path === '/' ? [] : path.slice(1).split('/')
  for (const resource of byLength.get(pieces.length) ?? []) {
    const raw = matchSegments(resource.segments, pieces)
    if (raw !== null) return { resource, raw }
  }
  return null
}

// Literals compare as they were sent: an escaped or differently cased spelling is another path.
function matchSegments(segments: readonly Segment[], pieces: readonly string[]): string[] | null {
  const raw: string[] = []
  for (const [index, segment] of segments.entries()) {
    const piece = pieces[index] as string
    if (segment.literal !== undefined) {
      if (piece !== segment.literal) return null
    } else {
      const value = withoutSuffix(piece, segment.suffix)
      if (value === '') return null
      raw.push(value)
    }
  }
  return raw
}

/** Empty where nothing stands before it. */
function withoutSuffix(piece: string, suffix: string): string {
  if (suffix === '') return piece
  return piece.endsWith(suffix) ? piece.slice(0, -suffix.length) : ''
}
