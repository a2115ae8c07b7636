import { sha256 } from './content.ts'
import type { Answer, HttpClient } from './http-client.ts'
import type { Entry, Facts, Model } from './model.ts'
import type { Random } from './random.ts'

const GRAVES_EACH_TIME = 8
const LINK_MARGIN_MS = 60_000

export interface VerifyContext {
  readonly client: HttpClient
  readonly model: Model
  readonly random: Random
  /** The server's time. */
  readonly now: number
}

interface AssetJson extends Facts {
  readonly id: string
  readonly filename: string
}

/**
 * Asks a server that has recovered for everything that clients were promised, and settles what was under way when it died.
 * @throws at the first promise that is not kept
 */
export async function verifyPromises({ client, model, random, now }: VerifyContext): Promise<void> {
  await repeatUploads(client, model)
  const listed = await listAll(client)
  adoptUploads(model, listed)
  for (const entry of [...model.entries.values()]) await verifyEntry({ client, model, now }, entry)
  const known = listed.filter(({ id }) => model.entries.has(id))
  if (known.length !== listed.length || listed.length !== model.entries.size) {
    const unknown = listed.filter(({ id }) => !model.entries.has(id)).map(({ id }) => id)
    throw new Error(
      `I4 the list has ${listed.length} assets, the clients know ${model.entries.size}; unknown: ${unknown.join(', ')}.`,
    )
  }
  const recent = model.graves.slice(-GRAVES_EACH_TIME)
  const older = model.graves.length === 0 ? [] : Array.from({ length: GRAVES_EACH_TIME / 2 }, () => random.pick(model.graves))
  for (const entry of new Set([...recent, ...older])) await verifyGone(client, entry)
}

async function listAll(client: HttpClient): Promise<readonly AssetJson[]> {
  const items: AssetJson[] = []
  let cursor: string | null = null
  do {
    const answer = await client.send('GET', `?limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    const page = json<{ items: AssetJson[]; cursor: string | null }>(answer)
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== null)
  return items
}

/** An upload without an answer that is sent again under its key is there once, whether it had taken place or not: the list tells. */
async function repeatUploads(client: HttpClient, model: Model): Promise<void> {
  for (const [filename, { again, ...facts }] of [...model.uploads]) {
    if (!again) continue
    const answer = await again(client)
    if (answer.status !== 201) throw new Error(`Upload ${filename} was answered ${answer.status} when it was sent again.`)
    const { id } = JSON.parse(answer.body.toString()) as AssetJson
    model.uploads.delete(filename)
    model.add(id, filename, facts)
    model.count('uploads sent again')
  }
}

/** An upload without an answer may have taken place, once. */
function adoptUploads(model: Model, listed: readonly AssetJson[]): void {
  for (const { id, filename } of listed) {
    const facts = model.uploads.get(filename)
    if (model.entries.has(id) || !facts) continue
    model.uploads.delete(filename)
    model.add(id, filename, facts)
  }
  model.uploads.clear()
}

/** I2: an acknowledged version is there with its exact bytes, and one under way is the old or the new, never a mixture. */
async function verifyEntry({ client, model, now }: Omit<VerifyContext, 'random'>, entry: Entry): Promise<void> {
  const record = await client.send('GET', entry.id)
  const facts = record.status === 404 ? null : json<AssetJson>(record)
  const state = entry.states.find(possible => (possible === null ? facts === null : sameFacts(possible, facts)))
  if (state === undefined)
    throw new Error(
      `I2 asset ${entry.id} is ${JSON.stringify(facts)}; it may be ${entry.states.map(s => JSON.stringify(s)).join(' or ')}.`,
    )
  entry.states = [state]
  entry.busy = false
  if (state === null) return model.bury(entry)
  const content = await client.send('GET', `${entry.id}/content`)
  if (content.status !== 200 || sha256(content.body) !== state.sha256)
    throw new Error(`I2 the content of ${entry.id} answers ${content.status} with ${content.body.byteLength} other bytes.`)
  for (const { path, sha256: digest, expiresAt } of entry.links) {
    if (expiresAt < now + LINK_MARGIN_MS) continue
    const linked = await client.send('GET', path)
    if (linked.status !== (digest === state.sha256 ? 200 : 404))
      throw new Error(`I2 a link to ${digest === state.sha256 ? 'the present' : 'an earlier'} version answers ${linked.status}.`)
  }
}

const sameFacts = (a: Facts, b: Facts | null): boolean =>
  b !== null && a.sha256 === b.sha256 && a.sizeBytes === b.sizeBytes && a.title === b.title

/** I4: what was deleted is reached by no path. That lists don't have it is compared with the whole list. */
async function verifyGone(client: HttpClient, { id, filename, links }: Entry): Promise<void> {
  const found = json<{ items: unknown[] }>(await client.send('GET', `?search=${filename}`))
  if (found.items.length > 0) throw new Error(`I4 the deleted asset ${id} is found by its name.`)
  const ways: readonly (readonly [string, string])[] = [
    ['GET', id],
    ['GET', `${id}/content`],
    ['HEAD', `${id}/content`],
    ['DELETE', id],
    // A link that has expired since is forbidden.
    ...links.map(({ path }) => ['GET', path] as const),
  ]
  for (const [method, path] of ways) {
    const { status } = await client.send(method, path)
    const refused = status === 404 || (status === 403 && path.startsWith('/'))
    if (!refused) throw new Error(`I4 ${method} ${path} of a deleted asset answers ${status}.`)
  }
}

function json<T>(answer: Answer): T {
  if (answer.status !== 200) throw new Error(`The server answered ${answer.status}: ${answer.body.toString().slice(0, 500)}`)
  return JSON.parse(answer.body.toString()) as T
}
