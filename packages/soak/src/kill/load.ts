import { contentOf, sha256 } from './content.ts'
import { uploadDirectly } from './direct-uploads.ts'
import type { Answer, HttpClient } from './http-client.ts'
import { type Entry, type Facts, type Model, type Pending, settled } from './model.ts'
import type { Random } from './random.ts'
import { uploadResumably } from './resumable-uploads.ts'
import { ServerGone, type ServerProcess } from './server-process.ts'

const MAX_ASSETS = 16
const SMALL_BYTES = 3000
const LARGE_BYTES = 250_000

export interface LoadContext {
  readonly server: Pick<ServerProcess, 'storeMultipart'>
  readonly client: HttpClient
  readonly model: Model
  readonly random: Random
  /** A new number for each content and name. */
  readonly next: () => number
  /** Files go straight to the storage in each way, and not in one. Default false. */
  readonly directInEachWay?: boolean
  /** The same of files that are sent in pieces. */
  readonly resumableInEachWay?: boolean
}

/** Keeps `clients` clients busy until each has done its share, or the server is gone. @returns whether it is gone */
export async function load(context: LoadContext, clients: number, actions: number): Promise<boolean> {
  const ends = await Promise.all(Array.from({ length: clients }, (_, i) => act(context, i, actions)))
  return ends.includes('gone')
}

async function act(context: LoadContext, client: number, actions: number): Promise<'gone' | 'done'> {
  try {
    // One upload of these sorts each time, since few are made.
    if (client === 0) await uploadParts(context)
    if (client === 1) await uploadDirectly(context, context.directInEachWay ?? false)
    if (client === 2) await uploadResumably(context, context.resumableInEachWay ?? false)
    for (let i = 0; i < actions; i++) await context.random.pick(chooseFrom(context))(context)
    return 'done'
  } catch (error) {
    if (error instanceof ServerGone) return 'gone'
    throw error
  }
}

type Action = (context: LoadContext) => Promise<unknown>

function chooseFrom({ model }: LoadContext): readonly Action[] {
  if (model.entries.size < 3) return [uploadSmall, uploadLarge, uploadForm]
  return model.entries.size > MAX_ASSETS ? FEWER : MIXED
}

export const uploadSmall = (context: LoadContext): Promise<Entry> => uploadRaw(context, 1 + context.random.below(SMALL_BYTES))

export function uploadLarge(context: LoadContext, hang: Hang = {}): Promise<Entry> {
  return uploadRaw(context, 70_000 + context.random.below(LARGE_BYTES), hang)
}

/** Bytes of a body after which a client says no more. */
type Hang = { readonly hangAfterBytes?: number }
const BINARY = { 'content-type': 'application/octet-stream' }

function uploadRaw(context: LoadContext, sizeBytes: number, hang: Hang = {}): Promise<Entry> {
  const send =
    (bytes: Buffer, filename: string, hanging: Hang = {}) =>
    (client: HttpClient) =>
      client.send('POST', `?filename=${filename}`, {
        body: bytes,
        headers: { ...BINARY, 'idempotency-key': `"${filename}"` },
        ...hanging,
      })
  return upload(context, sizeBytes, (bytes, filename) => ({
    send: () => send(bytes, filename, hang)(context.client),
    again: send(bytes, filename),
  }))
}

function uploadForm(context: LoadContext): Promise<Entry> {
  return upload(context, 1 + context.random.below(LARGE_BYTES / 2), (bytes, filename) => {
    const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n\r\n`
    const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')])
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    return { send: () => context.client.send('POST', '', { body, headers }) }
  })
}

/** How an upload is sent, and, where it has a key, sent again. */
interface Sending {
  readonly send: () => Promise<Answer>
  readonly again?: NonNullable<Pending['again']>
}

async function upload(
  { model, next }: LoadContext,
  sizeBytes: number,
  sending: (bytes: Buffer, filename: string) => Sending,
): Promise<Entry> {
  const seed = next()
  const [bytes, filename] = [contentOf(seed, sizeBytes), `u${seed}.bin`]
  const facts = { sha256: sha256(bytes), sizeBytes, title: null }
  const { send, again } = sending(bytes, filename)
  model.uploads.set(filename, { ...facts, ...(again && { again }) })
  const answer = await send()
  const { id } = bodyOf(answer, 201)
  model.uploads.delete(filename)
  model.count('uploads')
  return model.add(id, filename, facts)
}

async function uploadParts({ server, model, next }: LoadContext): Promise<void> {
  const seed = next()
  const sizeBytes = 90_000
  const facts = { sha256: sha256(contentOf(seed, sizeBytes)), sizeBytes, title: null }
  model.uploads.set(`u${seed}.bin`, facts)
  const id = await server.storeMultipart(`u${seed}.bin`, seed, sizeBytes)
  model.uploads.delete(`u${seed}.bin`)
  model.add(id, `u${seed}.bin`, facts)
  model.count('uploads in parts')
}

/** What a change aims at, how it is asked for, and the status of its success. */
interface Change {
  readonly state: Facts | null
  readonly status: number
  readonly send: (entry: Entry) => Promise<Answer>
}

/** Lets one client change one asset; until it is answered, the asset may be in its old or its new state. */
async function change(context: LoadContext, what: string, to: (facts: Facts) => Change): Promise<void> {
  const free = [...context.model.entries.values()].filter(entry => !entry.busy)
  if (free.length > 0) await changeEntry(context, context.random.pick(free), what, to)
}

export async function changeEntry(
  { model }: Pick<LoadContext, 'model'>,
  entry: Entry,
  what: string,
  to: (facts: Facts) => Change,
): Promise<void> {
  const { state, send, status } = to(settled(entry))
  entry.busy = true
  entry.states = [...entry.states, state]
  entry.history.push(state)
  bodyOf(await send(entry), status)
  entry.states = [state]
  entry.busy = false
  if (state === null) model.bury(entry)
  model.count(what)
}

async function replace(context: LoadContext): Promise<void> {
  await change(context, 'replacements', replacement(context))
}

export const replacement =
  ({ client, random, next }: LoadContext, hang: Hang = {}) =>
  (facts: Facts): Change => {
    const bytes = contentOf(next(), hang.hangAfterBytes ? LARGE_BYTES : 1 + random.below(random.pick([SMALL_BYTES, LARGE_BYTES])))
    return {
      state: { ...facts, sha256: sha256(bytes), sizeBytes: bytes.byteLength },
      status: 200,
      send: ({ id }: Entry) => client.send('PUT', `${id}/content`, { body: bytes, headers: BINARY, ...hang }),
    }
  }

async function patch(context: LoadContext): Promise<void> {
  const title = `title ${context.next()}`
  await change(context, 'patches', facts => ({
    state: { ...facts, title },
    status: 200,
    send: ({ id }) =>
      context.client.send('PATCH', id, {
        body: JSON.stringify({ title }),
        headers: { 'content-type': 'application/merge-patch+json' },
      }),
  }))
}

async function remove(context: LoadContext): Promise<void> {
  await change(context, 'deletes', removal(context))
}

export const removal =
  ({ client }: LoadContext) =>
  (): Change => ({ state: null, status: 204, send: ({ id }: Entry) => client.send('DELETE', id) })

async function link({ client, model, random }: LoadContext): Promise<void> {
  const entry = random.pick([...model.entries.values()])
  if (entry.busy) return
  const { sha256: digest } = settled(entry)
  const before = entry.states
  const answer = await client.send('POST', `${entry.id}/link`, {
    body: '{"expiresInSeconds":604800}',
    headers: { 'content-type': 'application/json' },
  })
  // Of an asset that changed meanwhile it is not known which version the link is for, nor whether there is one.
  if (answer.status === 404 && entry.states !== before) return
  const { url, expiresAt } = bodyOf(answer, 200)
  if (entry.states === before) entry.links.push({ path: url, sha256: digest, expiresAt: Date.parse(expiresAt) })
}

async function download({ client, model, random }: LoadContext): Promise<void> {
  const entry = random.pick([...model.entries.values()])
  const [before, changes] = [entry.states, entry.history.length]
  const answer = await client.send('GET', `${entry.id}/content`)
  const possible = [...before, ...entry.history.slice(changes)]
  const found = answer.status === 404 ? null : sha256(bodyBytes(answer, 200))
  if (!possible.some(state => (state?.sha256 ?? null) === found))
    throw new Error(`A download of ${entry.id} gave ${found ?? 'nothing'}, which is none of its versions.`)
  model.count('downloads')
}

const MIXED: readonly Action[] = [
  ...[uploadSmall, uploadSmall, uploadLarge, uploadForm, replace, replace, replace, patch, patch, remove, remove],
  ...[link, download, download, download],
]
const FEWER: readonly Action[] = [remove, remove, replace, patch, download]

function bodyBytes(answer: Answer, status: number): Buffer {
  if (answer.status === status) return answer.body
  throw new Error(`The server answered ${answer.status} instead of ${status}: ${answer.body.toString().slice(0, 500)}`)
}

interface BodyJson {
  readonly id: string
  readonly url: string
  readonly expiresAt: string
}
const NOTHING: BodyJson = { id: '', url: '', expiresAt: '' }

/** @throws where the answer has another status */
function bodyOf(answer: Answer, status: number): BodyJson {
  const body = bodyBytes(answer, status)
  return body.byteLength > 0 ? (JSON.parse(body.toString()) as BodyJson) : NOTHING
}
