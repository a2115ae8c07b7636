import type { Actor, Space } from '@stowage/core'

/** Who may sign in to the demo, by token. */
export const users: ReadonlyMap<string, Actor> = new Map([
  ['vm_alice', { id: 'alice', scopes: ['pages:read', 'pages:write'] }],
  ['vm_alice_readonly', { id: 'alice', scopes: ['pages:read'] }],
  ['vm_bob', { id: 'bob', scopes: ['pages:read', 'pages:write'] }],
  ['vm_carol', { id: 'carol', scopes: ['pages:read', 'pages:write'] }],
  ['vm_dave', { id: 'dave', scopes: ['pages:read', 'pages:write'] }],
])

export interface Page extends Space {
  readonly slug: string
  readonly title: string
  readonly ownerId: string
  readonly team: boolean
}

const teamRoles: Readonly<Record<string, string>> = { alice: 'owner', bob: 'admin', carol: 'member', dave: 'viewer' }

const pages: readonly Page[] = [
  { id: '123', slug: 'my-blog', title: 'My blog', ownerId: 'alice', team: false },
  { id: '124', slug: 'bobs-page', title: "Bob's page", ownerId: 'bob', team: false },
  {
    id: '200',
    slug: 'team-space',
    title: 'Team space',
    ownerId: 'alice',
    team: true,
    roleOf: actor => teamRoles[actor.id] ?? null,
  },
]

/** A page by its number or slug. */
export function findPage(idOrSlug: string | undefined): Page | null {
  return pages.find(page => page.id === idOrSlug || page.slug === idOrSlug) ?? null
}

/** The same for a page that is a team's. */
export function findTeam(idOrSlug: string | undefined): Page | null {
  const page = findPage(idOrSlug)
  return page?.team ? page : null
}
