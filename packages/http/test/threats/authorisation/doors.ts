import type { Stowage } from '@stowage/core'
import type { Operation } from '../../../src/lib/profile/operation.ts'
import { prepareProfile } from '../../../src/lib/profile/prepare-profile.ts'
import type { Profile } from '../../../src/lib/profile/profile.ts'
import { createRouter } from '../../../src/lib/routing/router.ts'
import { fillTemplate, type Template } from '../../../src/lib/routing/template.ts'

/** One method at one path that the api answers. */
export interface Door {
  readonly method: string
  readonly template: Template
  readonly operation: Operation
}

export const doorName = ({ method, template }: Door): string => `${method} ${template.text}`

/** Everything that the router of these profiles answers, HEAD included, as the api itself works it out. */
export function doorsOf(stowage: Stowage, profiles: readonly Profile[]): readonly Door[] {
  const routes = profiles.flatMap(profile => prepareProfile(stowage, profile).routes)
  const router = createRouter(routes)
  const doors = new Map<string, Door>()
  for (const { template } of routes) {
    const found = router.match(fillTemplate(template, () => 'x') ?? '')
    if (found === null) throw new Error(`The router does not know its own path ${template.text}.`)
    for (const [method, route] of found.resource.routes) {
      const door = { method, template: route.template, operation: route.target.operation }
      doors.set(doorName(door), door)
    }
  }
  return [...doors.values()]
}

/** What somebody does at a door. */
export interface Attempt {
  readonly name: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly query?: string
  /** Status where it is permitted. */
  readonly ok: number
  /** Whether it changes something where it is permitted. */
  readonly changes: boolean
}

/** The question that an operation is to the policy; a link's token answers for itself, and what is the same for everyone asks nothing. */
export type Question = 'list' | 'create' | 'read' | 'update' | 'delete' | 'token' | 'nothing'

export interface Plan {
  readonly asks: Question
  /** The asset is named in the body (`$id`), and the answer says what became of it. */
  readonly inBody?: true
  /** What is tried by each method. */
  readonly methods: Readonly<Record<string, readonly Attempt[]>>
}

/** What an answer says of the one asset that it is about: of many, that one's own result. */
export function ofTheOne<T extends { readonly status: number; readonly text: string }>({ inBody }: Plan, told: T): T {
  if (inBody !== true || told.status !== 200) return told
  const { results } = JSON.parse(told.text) as { results: { status: number; error?: unknown }[] }
  const [result] = results
  if (result === undefined || results.length !== 1) throw new Error(`There is not one result in ${told.text}`)
  return { ...told, status: result.status, text: result.error === undefined ? '' : JSON.stringify(result.error) }
}

/** Operations that hold their own permission, or need none. */
export const asksNobody = ({ asks }: Plan): boolean => asks === 'token' || asks === 'nothing'

/** An operation, or a method of one, that nobody has said what to expect of. */
export function uncovered(
  doors: readonly { readonly method: string; readonly operation: string }[],
  plans: Readonly<Record<string, Plan>>,
): readonly string[] {
  const known = ({ method, operation }: { method: string; operation: string }) =>
    Object.hasOwn(plans, operation) && (plans[operation]?.methods[method]?.length ?? 0) > 0
  return doors.filter(door => !known(door)).map(({ method, operation }) => `${method} of ${operation}`)
}
