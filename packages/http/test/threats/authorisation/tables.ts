import {
  allOf,
  anyOf,
  authenticated,
  creator,
  hasRole,
  isPublic,
  not,
  ownerOnly,
  type Policy,
  requireScopes,
  roleBased,
  withScopes,
} from '@stowage/core'
import type { Question } from './doors.ts'

/** A policy, and what it must mean: written by hand, from what the guide says of it. */
export interface WrittenPolicy {
  readonly name: string
  readonly policy: Policy
  /** Whether the assets lie in a space, and who owns that. */
  readonly space: 'none' | 'shared' | 'owned'
  /**
   * One line per person: what lists show (or the status), what create answers, and for each asset what read, update and delete answer;
   * `+` is permitted. ap, av: Alice's public and private asset; bp, bv: Bob's; last: one that does not exist. Who has no line is
   * like who is named in `inherits`.
   */
  readonly table: string
}

const scopes = { read: 'files:read', write: 'files:write' }
const roles = roleBased(
  { viewer: ['list', 'read'], member: ['create'], editor: ['update'], admin: ['delete'], owner: [] },
  { delete: anyOf(creator(), hasRole('admin', 'owner')) },
)
const rolesTable = `
anonymous   401          401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401
carol       404          404 | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404
viewer      ap,av,bp,bv  403 | +   403 403 | +   403 403 | +   403 403 | +   403 403 | 404 403 404
alice       ap,av,bp,bv  +   | +   403 +   | +   403 +   | +   403 403 | +   403 403 | 404 403 404
bob         ap,av,bp,bv  +   | +   403 403 | +   403 403 | +   403 +   | +   403 +   | 404 403 404
editor      ap,av,bp,bv  +   | +   +   403 | +   +   403 | +   +   403 | +   +   403 | 404 404 404
admin       ap,av,bp,bv  +   | +   +   +   | +   +   +   | +   +   +   | +   +   +   | 404 404 404
owner       ap,av,bp,bv  +   | +   +   +   | +   +   +   | +   +   +   | +   +   +   | 404 404 404`
const publicTable = `
anonymous   ap,bp        401 | +   401 401 | 404 401 401 | +   401 401 | 404 401 401 | 404 401 401
alice       ap,av,bp     +   | +   +   +   | +   +   +   | +   403 403 | 404 404 404 | 404 404 404
bob         ap,bp,bv     +   | +   403 403 | 404 404 404 | +   +   +   | +   +   +   | 404 404 404
carol       ap,bp        +   | +   403 403 | 404 404 404 | +   403 403 | 404 404 404 | 404 404 404`

export const writtenPolicies: readonly WrittenPolicy[] = [
  {
    name: 'nothing said',
    policy: { rules: {} },
    space: 'none',
    table: `
anonymous   401          401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401
carol       404          404 | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404
alice       404          404 | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404`,
  },
  {
    name: 'ownerOnly',
    policy: ownerOnly(),
    space: 'none',
    table: `
anonymous   401          401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401
alice       ap,av        +   | +   +   +   | +   +   +   | 404 404 404 | 404 404 404 | 404 404 404
bob         bp,bv        +   | 404 404 404 | 404 404 404 | +   +   +   | +   +   +   | 404 404 404
carol       -            +   | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404`,
  },
  { name: 'ownerOnly, public reading', policy: ownerOnly({ read: 'public' }), space: 'none', table: publicTable },
  {
    name: 'ownerOnly, open reading',
    policy: ownerOnly({ read: 'anyone' }),
    space: 'none',
    table: `
anonymous   ap,av,bp,bv  401 | +   401 401 | +   401 401 | +   401 401 | +   401 401 | 404 401 401
alice       ap,av,bp,bv  +   | +   +   +   | +   +   +   | +   403 403 | +   403 403 | 404 404 404
bob         ap,av,bp,bv  +   | +   403 403 | +   403 403 | +   +   +   | +   +   +   | 404 404 404
carol       ap,av,bp,bv  +   | +   403 403 | +   403 403 | +   403 403 | +   403 403 | 404 404 404`,
  },
  {
    name: 'ownerOnly with scopes',
    policy: ownerOnly({ scopes }),
    space: 'none',
    table: `
anonymous   401          401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401
alice       ap,av        +   | +   +   +   | +   +   +   | 404 404 404 | 404 404 404 | 404 404 404
alice-read  ap,av        403 | +   403 403 | +   403 403 | 404 403 403 | 404 403 403 | 404 403 403
alice-write 403          +   | 403 +   +   | 403 +   +   | 403 404 404 | 403 404 404 | 403 404 404
alice-none  403          403 | 403 403 403 | 403 403 403 | 403 403 403 | 403 403 403 | 403 403 403
bob         bp,bv        +   | 404 404 404 | 404 404 404 | +   +   +   | +   +   +   | 404 404 404
carol       -            +   | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404 | 404 404 404
carol-read  -            403 | 404 403 403 | 404 403 403 | 404 403 403 | 404 403 403 | 404 403 403`,
  },
  {
    name: 'ownerOnly with scopes, public reading',
    policy: ownerOnly({ read: 'public', scopes }),
    space: 'none',
    table: `${publicTable}
alice-read  ap,av,bp     403 | +   403 403 | +   403 403 | +   403 403 | 404 403 403 | 404 403 403
alice-write ap,bp        +   | +   +   +   | 403 +   +   | +   403 403 | 404 404 404 | 404 404 404
alice-none  ap,bp        403 | +   403 403 | 403 403 403 | +   403 403 | 404 403 403 | 404 403 403
carol-read  ap,bp        403 | +   403 403 | 404 403 403 | +   403 403 | 404 403 403 | 404 403 403`,
  },
  { name: 'roleBased', policy: roles, space: 'shared', table: rolesTable },
  {
    name: 'roleBased with scopes',
    policy: withScopes(roles, scopes),
    space: 'shared',
    // Who made a thing may delete it, so a key without the scope for that learns so before any asset is looked up.
    table: `${rolesTable}
alice-read  ap,av,bp,bv  403 | +   403 403 | +   403 403 | +   403 403 | +   403 403 | 404 403 403
alice-write 403          +   | 403 403 +   | 403 403 +   | 403 403 403 | 403 403 403 | 403 403 404
alice-none  403          403 | 403 403 403 | 403 403 403 | 403 403 403 | 403 403 403 | 403 403 403
carol-read  404          404 | 404 404 403 | 404 404 403 | 404 404 403 | 404 404 403 | 404 404 403`,
  },
  {
    name: 'ownerOnly in a space that has an owner',
    policy: ownerOnly({ read: 'public' }),
    space: 'owned',
    table: `
anonymous   ap,bp        401 | +   401 401 | 404 401 401 | +   401 401 | 404 401 401 | 404 401 401
owner       ap,av,bp,bv  +   | +   +   +   | +   +   +   | +   +   +   | +   +   +   | 404 404 404
carol       ap,bp        403 | +   403 403 | 404 403 403 | +   403 403 | 404 403 403 | 404 403 403
alice       ap,bp        403 | +   403 403 | 404 403 403 | +   403 403 | 404 403 403 | 404 403 403`,
  },
  {
    name: 'a combination with scopes of its own',
    policy: {
      rules: {
        list: anyOf(isPublic(), creator()),
        read: anyOf(isPublic(), creator()),
        create: requireScopes('files:write'),
        update: creator(),
        delete: allOf(creator(), requireScopes('files:write')),
      },
    },
    space: 'none',
    table: `${publicTable}
alice-read  ap,av,bp     403 | +   +   403 | +   +   403 | +   403 403 | 404 404 403 | 404 404 403
alice-none  ap,av,bp     403 | +   +   403 | +   +   403 | +   403 403 | 404 404 403 | 404 404 403
carol-read  ap,bp        403 | +   403 403 | 404 404 403 | +   403 403 | 404 404 403 | 404 404 403`,
  },
  {
    name: 'a combination in which what is public is frozen',
    policy: {
      rules: {
        list: allOf(authenticated, anyOf(isPublic(), creator())),
        read: allOf(authenticated, anyOf(isPublic(), creator())),
        create: authenticated,
        update: allOf(creator(), not(isPublic())),
        delete: allOf(creator(), not(isPublic())),
      },
    },
    space: 'none',
    table: `
anonymous   401          401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401 | 401 401 401
alice       ap,av,bp     +   | +   403 403 | +   +   +   | +   403 403 | 404 404 404 | 404 404 404
bob         ap,bp,bv     +   | +   403 403 | 404 404 404 | +   403 403 | +   +   +   | 404 404 404
carol       ap,bp        +   | +   403 403 | 404 404 404 | +   403 403 | 404 404 404 | 404 404 404`,
  },
]

/** Who is judged like whom where a table has no line for them: keys of Alice like Alice, roles without a meaning like a stranger. */
const inherits: Readonly<Record<string, string>> = {
  bob: 'alice',
  'alice-read': 'alice',
  'alice-write': 'alice',
  'alice-none': 'alice',
  'carol-read': 'carol',
  viewer: 'carol',
  editor: 'carol',
  admin: 'carol',
  owner: 'carol',
}

export const ASSETS = ['ap', 'av', 'bp', 'bv'] as const
export type AssetName = (typeof ASSETS)[number]
/** `none` was never there. */
export type Target = AssetName | 'none'
export type Person = string

export interface Oracle {
  /** Names of the assets that a list shows, or the status. */
  list(person: Person): readonly AssetName[] | number
  /** `+`, or the status. */
  verdict(person: Person, question: Exclude<Question, 'list' | 'token' | 'nothing'>, target: Target): '+' | number
}

export function oracleOf({ table, name }: WrittenPolicy): Oracle {
  const lines = new Map(table.split('\n').flatMap(line => (line.trim() === '' ? [] : [readLine(line)])))
  const lineOf = (person: Person): readonly (readonly string[])[] => {
    const line = lines.get(person) ?? (inherits[person] === undefined ? undefined : lineOf(inherits[person]))
    if (line === undefined) throw new Error(`The table of "${name}" says nothing of ${person}.`)
    return line
  }
  const cell = (text: string | undefined): '+' | number => (text === '+' ? '+' : Number(text))
  return {
    list: person => {
      const shown = lineOf(person)[0]?.[0] ?? ''
      return /^\d+$/.test(shown) ? Number(shown) : ASSETS.filter(asset => shown.split(',').includes(asset))
    },
    verdict: (person, question, target) => {
      const line = lineOf(person)
      if (question === 'create') return cell(line[0]?.[1])
      const group = line[1 + (target === 'none' ? ASSETS.length : ASSETS.indexOf(target))]
      return cell(group?.[['read', 'update', 'delete'].indexOf(question)])
    },
  }
}

function readLine(line: string): [string, readonly (readonly string[])[]] {
  const [head = '', ...groups] = line.split('|').map(part => part.trim())
  const [person = '', ...first] = head.split(/\s+/)
  const cells = [first, ...groups.map(group => group.split(/\s+/))]
  if (cells.map(group => group.length).join() !== '2,3,3,3,3,3') throw new Error(`This line of a table is not complete: ${line}`)
  return [person, cells]
}
