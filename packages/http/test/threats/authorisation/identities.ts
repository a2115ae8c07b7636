import type { Actor, Signer } from '@stowage/core'
import { cookieSessions, firstOf, type HashedApiKey, hashApiKey, hashedApiKeys } from '@stowage/http'
import type { Person } from './tables.ts'

const ORIGIN = 'https://app.example.com'

/** Keys that were handed out: none of them may ever show in a log or an answer. */
export const keys = {
  alice: 'sk-alice-5f1e2d',
  'alice-read': 'sk-alice-read-77aa01',
  'alice-write': 'sk-alice-write-b3c9d2',
  'alice-none': 'sk-alice-none-c0ffee',
  bob: 'sk-bob-91ab44',
  carol: 'sk-carol-3344cc',
  'carol-read': 'sk-carol-read-88ee10',
  viewer: 'sk-viewer-120034',
  editor: 'sk-editor-560078',
  admin: 'sk-admin-900012',
  owner: 'sk-owner-345600',
  revoked: 'sk-revoked-deadbe',
} as const

const scopesOf: Readonly<Record<string, readonly string[]>> = { read: ['files:read'], write: ['files:write'], none: [] }

function actorOf(name: string): Actor {
  const [id = '', limited] = name.split('-')
  const scopes = limited === undefined ? undefined : scopesOf[limited]
  return { id, ...(scopes && { scopes }) }
}

/** Keys and cookies that stand for people, as an application would set them up. */
export function credentials(signer: Signer) {
  const known = new Map<string, HashedApiKey>(
    Object.entries(keys).map(([name, key]) => [hashApiKey(key), { sha256: hashApiKey(key), actor: actorOf(name) }]),
  )
  known.delete(hashApiKey(keys.revoked))
  const users = new Map(['alice', 'carol', 'mallory'].map(id => [id, { id }]))
  const sessions = cookieSessions({ signer, publicUrl: ORIGIN, lookup: id => users.get(id) })
  const cookie = (subject: string) => sessions.start(subject).split(';')[0] ?? ''
  const authenticate = firstOf(hashedApiKeys({ keys: sha256 => known.get(sha256) }), sessions)
  return { authenticate, known, users, cookie, sessions }
}

export interface Identity {
  readonly name: string
  /** Whose line of the table holds; `refused` is 401 wherever credentials are looked at. */
  readonly person: Person | 'refused'
  readonly headers: Readonly<Record<string, string>>
  /** A cookie that a page of another site sends along: it may read, never write. */
  readonly forged?: true
  /** Another credential of somebody who has one already. */
  readonly also?: true
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

export function identities(cookie: (subject: string) => string): readonly Identity[] {
  const people = Object.entries(keys).filter(([name]) => name !== 'revoked')
  const session = cookie('alice')
  const here = { 'sec-fetch-site': 'same-origin' }
  const also = (person: Person, name: string, headers: Identity['headers'], forged?: true): Identity => ({
    name,
    person,
    headers,
    also: true,
    ...(forged && { forged }),
  })
  return [
    { name: 'nobody', person: 'anonymous', headers: {} },
    ...people.map(([name, key]) => ({ name, person: name, headers: bearer(key) })),
    also('alice', 'alice by X-Api-Key', { 'x-api-key': keys.alice }),
    also('alice', 'alice by session', { cookie: session, ...here }),
    also('alice', "alice's cookie from another site", { cookie: session, origin: 'https://evil.example' }, true),
    also('alice', "alice's cookie from nowhere", { cookie: session }, true),
    also('anonymous', 'an altered session', { cookie: `${session}A`, ...here }),
    also('anonymous', 'two sessions', { cookie: `${session}; ${cookie('carol')}`, ...here }),
    also('refused', 'a revoked key', bearer(keys.revoked)),
    also('refused', 'an unknown key', bearer('sk-nobody')),
    also('refused', 'an empty bearer', { authorization: 'Bearer ' }),
    also('refused', 'another scheme', { authorization: 'Basic YWxpY2U6eA==' }),
    also('refused', 'two keys', { ...bearer(keys.alice), 'x-api-key': keys.alice }),
    also('refused', 'a bad key beside a good session', { ...bearer('sk-nobody'), cookie: session, ...here }),
  ]
}
