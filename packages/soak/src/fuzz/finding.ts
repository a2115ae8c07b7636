import type { Rendered } from './plan/render.ts'
import type { Unit } from './plan/unit.ts'

/** Something that must not happen, with the request it happened to. */
export class Finding extends Error {
  readonly unit: Unit
  /** Each request of the unit, as it went out. */
  readonly sent: readonly Rendered[]

  constructor(what: string, unit: Unit, sent: readonly Rendered[]) {
    super(what)
    this.unit = unit
    this.sent = sent
  }
}

const MAX_SHOWN_BYTES = 20_000

/** What somebody needs to see it again. */
export function describeFinding(finding: Finding, seed: number): string {
  const { unit, sent, message } = finding
  const lines = [message, `seed ${seed}, unit ${unit.index} (${unit.mode}, ${unit.server === 0 ? 'Express' : 'node:http'})`]
  for (const [place, { head, body }] of sent.entries()) {
    const { harms, ending } = unit.drafts[place] ?? { harms: [], ending: 'whole' }
    lines.push(`request ${place + 1}: ending ${ending}; harmed: ${harms.join(', ') || 'not at all'}`)
    lines.push(JSON.stringify(Buffer.concat([head, body]).subarray(0, MAX_SHOWN_BYTES).toString('latin1')))
  }
  return lines.join('\n')
}
