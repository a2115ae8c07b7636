import { describe, expect, it, vi } from 'vitest'
import type { Action, Actor, Space } from '../contracts/actor.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import { createGuard } from './guard.ts'
import { ownerOnly, roleBased, withScopes } from './ready-made.ts'
import type { Policy, Rule } from './rule.ts'
import { allOf, anyOf, creator, customRule, everyone, hasRole, isPublic, not, requireScopes, spaceOwner } from './rules.ts'

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
const clock = {
  now: () => 0,
  after: (_ms: number, run: () => void) => {
    const timer = setImmediate(run)
    return () => clearImmediate(timer)
  },
}
const deps = { clock, logger, policyTimeoutMs: 1 }

const record = (over: Partial<AssetRecord> = {}): AssetRecord => ({
  id: '1',
  kind: 'k',
  space: 's',
  createdBy: 'alice',
  type: 'file',
  state: 'ready',
  processing: 'none',
  processingError: null,
  processingProgress: null,
  visibility: 'private',
  title: null,
  description: null,
  slug: null,
  filename: 'a',
  uniqueName: null,
  contentType: null,
  sizeBytes: 1,
  sha256: null,
  width: null,
  height: null,
  properties: {},
  fields: {},
  metadata: {},
  tags: [],
  externalUrl: null,
  blobId: 'b',
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  ...over,
})

const alice: Actor = { id: 'alice' }
const bob: Actor = { id: 'bob' }
const space: Space = { id: 's', ownerId: 'alice', roleOf: ({ id }) => (id === 'bob' ? 'editor' : null) }

async function outcome(
  policy: Policy,
  actor: Actor | null,
  action: Action,
  on?: AssetRecord | null,
  within: Space | null = space,
): Promise<string> {
  const guard = createGuard(deps, policy, actor, within)
  try {
    if (on) await guard.allowOn(action, on)
    else await guard.allow(action)
    return 'allowed'
  } catch (error) {
    return (error as { code: string }).code
  }
}

const only = (rule: Rule): Policy => ({ rules: { list: rule, read: rule, create: rule, update: rule, delete: rule } })

describe('a policy', () => {
  it('without a rule for an action denies it', async () => {
    expect(await outcome({ rules: {} }, alice, 'read')).toBe('not_found')
    expect(await outcome({ rules: {} }, null, 'read')).toBe('unauthenticated')
  })

  it('that throws, hangs or answers no boolean denies, for single assets and for lists', async () => {
    const faulty: [string, () => boolean | Promise<boolean>][] = [
      [
        'throws',
        () => {
          throw new Error('down')
        },
      ],
      ['rejects', () => Promise.reject(new Error('down'))],
      ['hangs', () => new Promise(() => undefined)],
      ['returns nothing', (() => undefined) as unknown as () => boolean],
      ['returns a string', (() => 'yes') as unknown as () => boolean],
    ]
    for (const [name, test] of faulty) {
      const rule = customRule(name, test, test as never)
      expect(await outcome(only(rule), alice, 'read', record()), name).toBe('not_found')
      expect(await outcome(only(not(rule)), alice, 'read', record()), `not ${name}`).toBe('not_found')
      expect(await outcome(only(anyOf(rule, everyone)), alice, 'update', record()), `anyOf ${name}`).toBe('not_found')
    }
  })

  it.each([
    undefined,
    null,
    1,
    'yes',
    true,
    [],
    {},
    { op: 'everything' },
    { op: 'not' },
    { op: 'and', filters: [null] },
    { op: 'search', terms: ['x'] },
    { op: 'words', terms: ['x'] },
  ])('whose filter is %j, which is none, makes no list, under `not` and `anyOf` neither', async answer => {
    const rule = customRule('strange', () => true, (() => answer) as never)
    for (const used of [rule, not(rule), anyOf(everyone, rule), allOf(rule, everyone)]) {
      expect(await createGuard(deps, only(used), alice, null).filter('list')).toEqual({ op: 'none' })
      expect(await outcome(only(used), alice, 'list')).not.toBe('allowed')
    }
  })

  it('whose role look-up fails denies, under `not` too', async () => {
    const broken: Space = { id: 's', roleOf: () => Promise.reject(new Error('down')) }
    expect(await outcome(only(not(hasRole('banned'))), bob, 'read', record(), broken)).toBe('not_found')
  })

  it('looks a role up once for many questions', async () => {
    const roleOf = vi.fn(() => 'editor')
    const guard = createGuard(deps, only(hasRole('editor')), bob, { id: 's', roleOf })
    await guard.allow('read')
    await guard.allowOn('read', record())
    await guard.allowOn('update', record())
    expect(roleOf).toHaveBeenCalledTimes(1)
  })

  it('without a filter for its custom rule makes no list, but decides single assets', async () => {
    const rule = customRule('mine', ({ asset }) => asset?.createdBy === 'alice')
    expect(await outcome(only(rule), alice, 'read', record())).toBe('allowed')
    expect(await outcome(only(rule), alice, 'list')).toBe('forbidden')
  })
})

describe('ownerOnly', () => {
  const policy = ownerOnly({ read: 'anyone', scopes: { write: 'pages:write' } })
  const writer = { ...alice, scopes: ['pages:read', 'pages:write'] }

  it.each([
    ['the owner with the scope', writer, 'create', 'allowed'],
    ['the owner without the scope', { ...alice, scopes: ['pages:read'] }, 'create', 'forbidden'],
    ['another', { ...bob, scopes: ['pages:write'] }, 'create', 'forbidden'],
    ['no one', null, 'create', 'unauthenticated'],
    ['no one', null, 'list', 'allowed'],
  ] as const)('%s, %s: %s', async (_who, actor, action, expected) => {
    expect(await outcome(policy, actor, action)).toBe(expected)
  })

  it('goes by the creator where there is no space', async () => {
    const mine = record({ space: '' })
    expect(await outcome(ownerOnly(), alice, 'read', mine, null)).toBe('allowed')
    expect(await outcome(ownerOnly(), bob, 'read', mine, null)).toBe('not_found')
    expect(await outcome(ownerOnly(), alice, 'create', null, null)).toBe('allowed')
  })

  it('lets those whom it names do the same, with the same scopes', async () => {
    const also = ownerOnly({ read: 'public', scopes: { read: 'r', write: 'w' }, also: hasRole('editor') })
    const place: Space = { id: 's', roleOf: space.roleOf as NonNullable<Space['roleOf']> }
    const editor = { ...bob, scopes: ['r', 'w'] }
    for (const action of ['list', 'read', 'create', 'update', 'delete'] as const) {
      expect(await outcome(also, editor, action, record(), place)).toBe('allowed')
      if (action !== 'list') expect(await outcome(also, { ...bob, scopes: [] }, action, record(), place)).toBe('forbidden')
    }
    expect(await outcome(also, { id: 'carol', scopes: ['r', 'w'] }, 'update', record(), place)).toBe('not_found')
    expect(await outcome(also, { id: 'carol', scopes: ['r', 'w'] }, 'create', null, place)).toBe('allowed')
  })

  it('trusts no creator of an asset whose space was not loaded', async () => {
    expect(await outcome(ownerOnly(), alice, 'read', record(), null)).toBe('not_found')
  })

  it('with read: public lets others see what is public only', async () => {
    const shared = ownerOnly({ read: 'public' })
    expect(await outcome(shared, bob, 'read', record({ visibility: 'public' }))).toBe('allowed')
    expect(await outcome(shared, null, 'read', record({ visibility: 'public' }))).toBe('allowed')
    expect(await outcome(shared, bob, 'read', record())).toBe('not_found')
    expect(await outcome(shared, bob, 'delete', record({ visibility: 'public' }))).toBe('forbidden')
  })
})

describe('roleBased', () => {
  const policy = roleBased(
    { viewer: ['list', 'read'], member: ['create'], admin: ['delete'] },
    { delete: anyOf(creator(), hasRole('admin')) },
  )
  const as = (role: string | null): Space => ({ id: 's', roleOf: () => role })

  it.each([
    ['viewer', 'list', 'allowed'],
    ['viewer', 'create', 'forbidden'],
    ['member', 'read', 'allowed'],
    ['member', 'create', 'allowed'],
    ['admin', 'create', 'allowed'],
    ['admin', 'update', 'forbidden'],
    [null, 'list', 'not_found'],
    [null, 'create', 'not_found'],
    ['stranger', 'read', 'not_found'],
  ] as const)('%s may %s: %s', async (role, action, expected) => {
    expect(await outcome(policy, bob, action, null, as(role))).toBe(expected)
  })

  it('lets a creator or an admin delete, and tells a member no', async () => {
    expect(await outcome(policy, alice, 'delete', record(), as('member'))).toBe('allowed')
    expect(await outcome(policy, bob, 'delete', record(), as('admin'))).toBe('allowed')
    expect(await outcome(policy, bob, 'delete', record(), as('member'))).toBe('forbidden')
    expect(await outcome(policy, bob, 'delete', record(), as(null))).toBe('not_found')
  })

  it('under withScopes refuses a credential that lacks them, without saying what is there', async () => {
    const scoped = withScopes(policy, { read: 'r', write: 'w' })
    expect(await outcome(scoped, { id: 'bob', scopes: ['r'] }, 'create', null, as('member'))).toBe('forbidden')
    expect(await outcome(scoped, { id: 'bob', scopes: ['w'] }, 'list', null, as('member'))).toBe('forbidden')
    expect(await outcome(scoped, { id: 'bob', scopes: ['w'] }, 'list', null, as(null))).toBe('not_found')
  })
})

describe('a list filter', () => {
  it('is the policy for the actor, over columns', async () => {
    const rule = anyOf(isPublic(), creator(), allOf(spaceOwner(), requireScopes('admin')))
    const filter = (actor: Actor | null) => createGuard(deps, only(rule), actor, space).filter('list')
    expect(await filter(null)).toEqual({ op: 'eq', column: 'visibility', value: 'public' })
    expect(await filter({ id: 'bob' })).toEqual({
      op: 'or',
      filters: [
        { op: 'eq', column: 'visibility', value: 'public' },
        { op: 'eq', column: 'createdBy', value: 'bob' },
      ],
    })
    expect(await filter({ id: 'alice', scopes: ['admin'] })).toEqual({ op: 'all' })
  })

  it('across spaces is refused for rules that need one', async () => {
    expect(await outcome(only(hasRole('x')), alice, 'list', null, null)).toBe('invalid_request')
    expect(await outcome(only(spaceOwner()), alice, 'list', null, null)).toBe('invalid_request')
    expect(await outcome(only(anyOf(isPublic(), creator())), alice, 'list', null, null)).toBe('allowed')
  })
})
