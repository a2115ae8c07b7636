import { StowageError } from '../../contracts/errors.ts'
import type { Quota } from '../../kinds/kind.ts'
import { within } from '../../runtime/within.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'

const QUOTA_TIMEOUT_MS = 5000

/** What a space may hold, as its kind says; null: no limit. @throws TypeError for a quota that can't be meant */
export async function quotaOf(
  { clock }: Pick<ServiceDeps, 'clock'>,
  { kind, space, actor }: ServiceScope,
  heldIn: string,
): Promise<Quota | null> {
  const { quota } = kind
  if (typeof quota !== 'function') return quota ? limits(kind.name, quota) : null
  // Trusted code may reach an asset without naming its space.
  const owner = { actor, space: space ?? (heldIn === '' ? null : { id: heldIn }) }
  const given = await within(clock, QUOTA_TIMEOUT_MS, `The quota of kind ${kind.name}`, Promise.resolve(owner).then(quota))
  return given ? limits(kind.name, given) : null
}

/** The limits that are one; null without any. @throws TypeError */
function limits(kind: string, quota: Quota): Quota | null {
  checkQuota(kind, quota)
  // What no database holds as a number is no limit.
  const limited = Object.entries(quota).filter(([, value]) => value <= Number.MAX_SAFE_INTEGER)
  return limited.length === 0 ? null : Object.fromEntries(limited.map(([name, value]) => [name, Math.floor(value)]))
}

/** @throws TypeError */
export function checkQuota(kind: string, quota: Quota): void {
  for (const [name, value] of Object.entries(quota)) {
    const known = name === 'bytes' || name === 'count'
    if (!known) throw new TypeError(`Kind ${kind}: quota has no "${name}"; it may have bytes and count.`)
    if (typeof value !== 'number' || !(value >= 0)) throw new TypeError(`Kind ${kind}: quota.${name} must be a number from 0.`)
  }
}

/** A refusal in words of the kind's own limits, which those who are refused may know. */
export function usedUp(quota: Quota, cause: unknown): StowageError {
  const limits = [
    ...(quota.bytes === undefined ? [] : [`${quota.bytes} bytes`]),
    ...(quota.count === undefined ? [] : [`${quota.count} assets`]),
  ]
  return new StowageError(
    'quota_exceeded',
    `There is no room left: ${limits.join(' and ')} are allowed here. Delete something first.`,
    {
      details: { quota },
      cause,
    },
  )
}
