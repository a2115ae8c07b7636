import type { Asset } from '@stowage/core'
import { doorName } from './doors.ts'
import { type Cell, cellName, freshAsset, type Prepared, REQUEST_ID, type Shot, secretsOf, shoot } from './matrix.ts'
import { BYTES, plans } from './plans.ts'
import { ASSETS, type AssetName } from './tables.ts'

export interface Walked {
  /** What is not as the table says, one sentence each. */
  readonly wrong: readonly string[]
  /** Cells whose 404 was compared with that of what never was. */
  readonly compared: number
}

/** Sends every request that must be refused, and looks at what each has left behind. */
export async function refuseAll(prepared: Prepared, cells: readonly Cell[]): Promise<Walked> {
  const wrong: string[] = []
  let compared = 0
  const secrets = anyOf(secretsOf(prepared))
  const absent = new Map<string, Shot>()
  // What never was comes first, to be compared with.
  const ordered = [...cells].sort((a, b) => Number(b.aim === 'never') - Number(a.aim === 'never'))
  for (const cell of ordered) {
    const complain = (what: string) => wrong.push(`${cellName(cell)} ${what}`)
    const { metadata, storage, logged, fetched } = prepared.world
    const [calls, objects, events, fetches] = [metadata.calls.length, storage.calls.length, logged.length, fetched.length]
    const shot = await shoot(prepared, cell)
    if (shot.status !== cell.expected) complain(`is ${shot.status}, not ${cell.expected}`)
    if (shot.bodyRead && !shot.inside) complain('read the body')
    const written = metadata.calls.slice(calls).filter(({ op }) => op === 'commit' || op === 'nextInSequence')
    if (written.length > 0 || storage.calls.length > objects) complain('touched what is stored')
    if (fetched.length > fetches) complain('fetched what it was to import')
    if (shot.inside) {
      if (logged.length > events) complain('logged what is no failure of the request')
    } else for (const problem of judgeEvents(prepared, cell, events)) complain(problem)
    if (secrets.test(shot.text + JSON.stringify(logged.slice(events)))) complain('tells a secret')
    if (cell.expected !== 404) continue
    const question = `${cell.identity.name} ${doorName(cell.door)} ${cell.attempt.name}`
    if (cell.aim === 'never') absent.set(question, shot)
    if (cell.aim === 'no asset' || plans[cell.door.operation].asks === 'token') continue
    const like = absent.get(question)
    compared++
    if (like === undefined) complain('is hidden, and what never was is not')
    else if (JSON.stringify(shot) !== JSON.stringify(like))
      complain(`differs from what never was: ${JSON.stringify([shot, like])}`)
  }
  return { wrong, compared }
}

function anyOf(texts: readonly string[]): RegExp {
  return new RegExp(texts.map(text => text.replace(/[^\w-]/g, '\\$&')).join('|'))
}

/** One event, which says where and why, and nothing else. */
function judgeEvents({ world }: Prepared, { door, expected }: Cell, from: number): string[] {
  const events = world.logged.slice(from)
  const [event] = events
  if (events.length !== 1 || event === undefined) return [`logged ${events.length} events`]
  const { message, details } = event
  const { code, ...rest } = details as Record<string, unknown>
  const wanted = {
    requestId: REQUEST_ID,
    method: door.method,
    route: door.template.text,
    operation: door.operation,
    status: expected,
  }
  if (message === 'request refused' && typeof code === 'string' && JSON.stringify(rest) === JSON.stringify(wanted)) return []
  return [`logged ${JSON.stringify(event)}`]
}

/** Sends every request that is permitted, and looks whether it did what it says. */
export async function permitAll(prepared: Prepared, cells: readonly Cell[]): Promise<string[]> {
  const wrong: string[] = []
  // What changes something comes last, so that lists stay as they were.
  const ordered = [...cells].sort((a, b) => Number(a.attempt.changes) - Number(b.attempt.changes))
  for (const cell of ordered) {
    const { aim, attempt } = cell
    const asset = isAsset(aim) ? (attempt.changes ? await freshAsset(prepared.world, aim) : prepared.assets[aim]) : undefined
    const shot = await shoot(prepared, cell, asset)
    if (shot.status !== cell.expected) wrong.push(`${cellName(cell)} is ${shot.status}, not ${cell.expected}: ${shot.text}`)
    else wrong.push(...(await judgePermitted(prepared, cell, { shot, asset })).map(what => `${cellName(cell)} ${what}`))
  }
  return wrong
}

async function judgePermitted(
  { world, oracle, assets }: Prepared,
  cell: Cell,
  { shot, asset }: { shot: Shot; asset: Asset | undefined },
): Promise<string[]> {
  const { door, identity, attempt } = cell
  if (door.method === 'HEAD' || shot.status === 204) return shot.text === '' ? [] : ['sent a body']
  if (door.operation === 'list') {
    const shown = oracle.list(identity.person)
    const wanted = typeof shown === 'number' ? [] : shown.map(name => assets[name].id)
    const { items } = JSON.parse(shot.text) as { items: { id: string }[] }
    const got = items.map(({ id }) => id).sort()
    return JSON.stringify(got) === JSON.stringify([...wanted].sort()) ? [] : [`listed ${got.length} assets, not ${wanted.length}`]
  }
  if (attempt.changes && asset !== undefined) {
    const { version } = (await world.stowage.trusted.get({ id: asset.id })) as Asset
    return version === 2 ? [] : [`made version ${version}`]
  }
  if (shot.status === 200 && plans[door.operation].asks === 'read' && door.operation === 'get') {
    return (JSON.parse(shot.text) as { id: string }).id === asset?.id ? [] : ['answered another asset']
  }
  if (door.operation === 'derivative' && shot.status === 200) return shot.text.startsWith('RIFF') ? [] : ['sent no picture']
  if (door.operation !== 'content' && door.operation !== 'linkContent') return []
  const wanted = shot.status === 200 ? BYTES : shot.status === 206 ? BYTES.slice(0, 3) : null
  return wanted === null || wanted === shot.text ? [] : ['sent other bytes']
}

const isAsset = (aim: string): aim is AssetName => (ASSETS as readonly string[]).includes(aim)
