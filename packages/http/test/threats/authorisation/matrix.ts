import type { Asset } from '@stowage/core'
import { resumableOperations } from '../../../src/lib/profile/operation.ts'
import { fillTemplate } from '../../../src/lib/routing/template.ts'
import { type Attempt, type Door, doorName, doorsOf, ofTheOne, type Question } from './doors.ts'
import { type Identity, identities } from './identities.ts'
import { plans } from './plans.ts'
import { ASSETS, type AssetName, type Oracle, oracleOf, type WrittenPolicy } from './tables.ts'
import { openWorld, type World } from './world.ts'

export type Hidden = 'never' | 'gone' | 'elsewhere' | 'other kind' | 'malformed'
const HIDDEN: readonly Hidden[] = ['never', 'gone', 'other kind', 'malformed']
type Aim = AssetName | Hidden | 'no asset'

/** One request of the matrix, and the status that the table gives it. */
export interface Cell {
  readonly identity: Identity
  readonly door: Door
  readonly attempt: Attempt
  readonly aim: Aim
  readonly expected: number
  readonly permitted: boolean
}

export interface Prepared {
  readonly world: World
  readonly oracle: Oracle
  readonly doors: readonly Door[]
  readonly assets: Readonly<Record<AssetName, Asset>>
  readonly names: Readonly<Record<Hidden, { readonly id: string; readonly filename: string }>>
  readonly tokens: ReadonlyMap<Aim, string>
  readonly cells: readonly Cell[]
}

const creators: Readonly<Record<AssetName, readonly [string, 'public' | 'private']>> = {
  ap: ['alice', 'public'],
  av: ['alice', 'private'],
  bp: ['bob', 'public'],
  bv: ['bob', 'private'],
}

export const freshAsset = (world: World, name: AssetName): Promise<Asset> =>
  world.unguarded(() => world.make(creators[name][0], creators[name][1]))

export async function prepareMatrix(written: WrittenPolicy): Promise<Prepared> {
  const world = await openWorld({ policy: written.policy, space: written.space })
  const { stowage, kind, other, spaces } = world
  const made: Partial<Record<AssetName, Asset>> = {}
  for (const name of ASSETS) made[name] = await world.make(...creators[name])
  const assets = made as Record<AssetName, Asset>
  const gone = await world.make('alice', 'public')
  const elsewhere = written.space === 'none' ? gone : await world.make('alice', 'public', { kind, space: spaces.get('two') })
  const foreign = await world.make('alice', 'public', { kind: other })
  const scope = written.space === 'none' ? { kind } : { kind, space: spaces.get('one') ?? { id: '' } }
  const tokens = new Map<Aim, string>()
  for (const [aim, { id }] of [...Object.entries(assets), ['gone', gone]] as [Aim, Asset][])
    tokens.set(aim, (await stowage.trusted.in(scope).createLink(id)).token)
  tokens.set('other kind', (await stowage.trusted.in({ kind: other }).createLink(foreign.id)).token)
  tokens.set('malformed', `${tokens.get('ap')?.slice(0, -2)}xx`)
  await stowage.trusted.in(scope).delete(gone.id)
  await stowage.sweep()
  world.guard()
  const named = ({ id, filename }: Asset) => ({ id: String(id), filename: filename ?? '' })
  const doors = doorsOf(stowage, world.profiles)
  const oracle = oracleOf(written)
  return {
    world,
    oracle,
    doors,
    assets,
    tokens,
    names: {
      never: { id: '0192f000-0000-7000-8000-000000000000', filename: 'never.txt' },
      malformed: { id: 'no-id', filename: 'x'.repeat(300) },
      gone: named(gone),
      elsewhere: named(elsewhere),
      'other kind': named(foreign),
    },
    cells: identities(world.people.cookie)
      .filter(identity => matters(written, identity))
      .flatMap(identity => doors.flatMap(door => cellsOf(oracle, identity, door, aimsOf(written, identity, tokens)))),
  }
}

/** Roles and limited keys are walked only where the table tells them apart from the rest. */
function matters({ table }: WrittenPolicy, { person }: Identity): boolean {
  return ['anonymous', 'alice', 'bob', 'carol', 'refused'].includes(person) || table.includes(`\n${person} `)
}

/** What is aimed at: everything, but by credentials that are refused before anything is looked up, one of each. */
function aimsOf({ space }: WrittenPolicy, { person, also }: Identity, tokens: ReadonlyMap<Aim, string>) {
  // A profile without spaces shows the assets of all of them, as far as the policy does.
  const hidden: readonly Aim[] = space === 'none' ? HIDDEN : [...HIDDEN, 'elsewhere']
  return (asks: Question): readonly Aim[] => {
    if (asks === 'list' || asks === 'create' || asks === 'nothing') return ['no asset']
    if (person === 'refused') return ['ap', 'gone']
    if (also === true && asks !== 'token') return ['ap', 'bv', 'never']
    return asks === 'token' ? [...tokens.keys()] : [...ASSETS, ...hidden]
  }
}

function cellsOf(oracle: Oracle, identity: Identity, door: Door, aims: (asks: Question) => readonly Aim[]): Cell[] {
  const { asks, methods } = plans[door.operation]
  // How somebody is known and how a thing is asked for are two questions: other credentials of the same person ask plainly.
  const attempts = (methods[door.method] ?? []).slice(0, identity.also === true ? 1 : undefined)
  return attempts.flatMap(attempt =>
    aims(asks).map(aim => {
      const refusal = refusalOf(oracle, identity, { asks, aim, method: door.method })
      return { identity, door, attempt, aim, expected: refusal ?? attempt.ok, permitted: refusal === null }
    }),
  )
}

interface Asked {
  readonly asks: Question
  readonly aim: Aim
  readonly method: string
}

/** The status that refuses; null where the table permits. */
function refusalOf(oracle: Oracle, { person, forged }: Identity, { asks, aim, method }: Asked): number | null {
  // A link asks for no credentials, whichever are sent.
  if (asks === 'token') return aim === 'gone' || aim === 'other kind' ? 404 : aim === 'malformed' ? 403 : null
  if (asks === 'nothing') return null
  if (person === 'refused') return 401
  if (forged === true && method !== 'GET' && method !== 'HEAD') return 403
  if (asks === 'list') {
    const shown = oracle.list(person)
    return typeof shown === 'number' ? shown : null
  }
  const target = (ASSETS as readonly Aim[]).includes(aim) ? (aim as AssetName) : 'none'
  const verdict = oracle.verdict(person, asks, target)
  return verdict === '+' ? null : verdict
}

export const REQUEST_ID = 'the-request'

export interface Shot {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** Whether anything read the body. */
  readonly bodyRead: boolean
  /** The answer to the request is 200, and this is what it says of the one asset. */
  readonly inside: boolean
}

/** Sends the request of a cell; `asset` stands in for the one that it aims at. */
export async function shoot({ world, names, tokens, assets }: Prepared, cell: Cell, asset?: Asset): Promise<Shot> {
  const { door, attempt, aim, identity } = cell
  const named = asset ?? (Object.hasOwn(assets, aim) ? assets[aim as AssetName] : names[aim as Hidden])
  const values: Readonly<Record<string, unknown>> = {
    id: named?.id,
    filename: named?.filename,
    token: tokens.get(aim),
    space: 'one',
    name: 'thumb',
    uploadId: door.template.params.includes('uploadId') ? await uploadOf(world, cell) : undefined,
  }
  const path = fillTemplate(door.template, param => values[param] as string)
  const query = attempt.query === undefined ? '' : `?${attempt.query}`
  let bodyRead = false
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        bodyRead = true
        controller.enqueue(Buffer.from((attempt.body ?? '').replaceAll('$id', String(named?.id))))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  const request = new Request(`https://app.example.com${path}${query}`, {
    method: door.method,
    headers: { ...identity.headers, ...attempt.headers, 'x-request-id': REQUEST_ID },
    ...(attempt.body !== undefined && { body, duplex: 'half' }),
  })
  const response = await world.api.fetch(request)
  const text = await response.text()
  const told = { status: response.status, headers: Object.fromEntries(response.headers), text, bodyRead, inside: false }
  const one = ofTheOne(plans[door.operation], told)
  // Of many, length and id are those of all together.
  return one === told ? told : { ...one, headers: {}, inside: true }
}

/** Whoever may begin an upload goes on with one of their own. */
async function uploadOf(world: World, { permitted, door, identity: { person } }: Cell): Promise<string> {
  if (!permitted) return '0'.repeat(32)
  const [id = person] = person.split('-')
  const creator = person === 'anonymous' ? null : id
  if (resumableOperations.has(door.operation)) return (await world.unguarded(() => world.beginResumable(creator))).id
  const method = door.operation === 'presignParts' ? 'multipart' : 'put'
  return (await world.unguarded(() => world.begin(creator, method))).id
}

export const cellName = ({ identity, door, attempt, aim }: Cell): string =>
  `${identity.name}: ${doorName(door)} (${attempt.name}) on ${aim}`

/** Every secret that a request of this matrix carries. */
export const secretsOf = (prepared: Prepared): readonly string[] => [
  ...identities(prepared.world.people.cookie).flatMap(({ headers }) =>
    [headers.authorization?.split(' ')[1], headers['x-api-key'], headers.cookie?.split('=')[1]].flatMap(value =>
      value === undefined || value === '' ? [] : [value],
    ),
  ),
  ...prepared.tokens.values(),
]
