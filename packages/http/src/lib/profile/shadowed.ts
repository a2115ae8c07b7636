import { CHOSEN_NAMES } from '../routing/chosen-names.ts'
import type { Template } from '../routing/template.ts'
import type { Operation } from './operation.ts'
import type { Profile } from './profile.ts'

interface Door {
  readonly operation: Operation
  readonly method: string
  readonly template: Template
}

const DESCRIPTIONS: ReadonlySet<Operation> = new Set(['openapi', 'reference'])

/**
 * Leaves out a description of the api that nobody asked for and that would stand where an asset of that name is found.
 * @throws TypeError where it was asked for
 */
export function withoutShadows<D extends Door>(profile: Profile, doors: readonly D[]): readonly D[] {
  return doors.filter(door => {
    if (!DESCRIPTIONS.has(door.operation)) return true
    const hidden = doors.find(other => other.method === 'GET' && shadows(door.template, other.template))
    if (hidden === undefined) return true
    const wanted = profile.paths?.[door.operation] !== undefined || profile.operations?.includes(door.operation) === true
    if (!wanted) return false
    throw new TypeError(
      `paths.${door.operation}: ${door.template.text} would hide the asset of that name at ${hidden.template.text}; give it another path, or false.`,
    )
  })
}

/** Whether the first of two paths is one that the second may stand for, by a name that somebody chose. */
function shadows(over: Template, under: Template): boolean {
  if (over.segments.length !== under.segments.length) return false
  let chosen = false
  for (const [index, segment] of under.segments.entries()) {
    const literal = over.segments[index]?.literal
    if (segment.literal !== undefined) {
      if (literal !== undefined && literal !== segment.literal) return false
    } else if (literal !== undefined) {
      if (!literal.endsWith(segment.suffix)) return false
      chosen ||= CHOSEN_NAMES.has(segment.param)
    }
  }
  return chosen
}
