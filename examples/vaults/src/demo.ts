import type { Actor, Space } from '@stowage/core'

/** Who may use the demo, by token. */
export const users: ReadonlyMap<string, Actor> = new Map([
  ['vt_mia', { id: 'mia' }],
  ['vt_noah', { id: 'noah' }],
  ['vt_olga', { id: 'olga' }],
])

const roles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  vault_01hzy3v7k9e8q2m4n6p8r0s1t2: { mia: 'owner', noah: 'editor', olga: 'viewer' },
  vault_01hzy3v7k9e8q2m4n6p8r0s1t3: { noah: 'owner' },
}

/** A vault by its id. */
export function findVault(id = ''): Space | null {
  const members = Object.hasOwn(roles, id) ? roles[id] : undefined
  return members ? { id, roleOf: actor => members[actor.id] ?? null } : null
}
