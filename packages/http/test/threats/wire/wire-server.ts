import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import {
  type Actor,
  createStowage,
  defineKind,
  type Kind,
  type Logger,
  ownerOnly,
  type StorageAdapter,
  type StowageOptions,
} from '@stowage/core'
import { assetApi, bearer, defineProfile, type ProfileOptions } from '@stowage/http'
import { closeGracefully, nodeHandler, type PrepareServerOptions, prepareServer } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { file, form } from '../../form.ts'
import { rawSocket } from '../../raw-socket.ts'
import { type Answer, type Sent, sendByHttp } from '../../transports.ts'
import { storedState } from './stored-state.ts'

const SECRET = 'token-of-alice-5f2b9c'
const actors = new Map<string, Actor>([[SECRET, { id: 'alice' }]])
export const alice = { authorization: `Bearer ${SECRET}` }

export const docFields = z.object({ topic: z.string().max(400).optional(), weight: z.number().optional() })
export const docs = defineKind({
  name: 'doc',
  fields: docFields,
  sorts: ['title', 'filename'],
  policy: ownerOnly({ read: 'anyone' }),
  visibility: 'public',
  limits: { maxBytes: 1_000_000 },
})

export interface WireOptions {
  readonly kind?: Kind
  readonly profile?: Partial<ProfileOptions>
  readonly publicUrl?: string
  readonly server?: PrepareServerOptions
  readonly node?: ServerOptions
  readonly stowage?: StowageOptions
  readonly wrapStorage?: (storage: StorageAdapter) => StorageAdapter
}

export type WireServer = Awaited<ReturnType<typeof startWire>>

/** One server for a single test. */
export async function openWire(options: WireOptions = {}): Promise<WireServer> {
  const wire = await startWire(options)
  onTestFinished(wire.close)
  return wire
}

/** One server for all tests of a file or group, for attacks that leave nothing. */
export function sharedWire(options: WireOptions = {}): () => WireServer {
  let wire: WireServer | undefined
  beforeAll(async () => {
    wire = await startWire(options)
  })
  afterAll(() => wire?.close())
  return () => wire as WireServer
}

/**
 * A real server at `/docs` on a real disk and database, in a folder of its own whose files around the server's own are canaries: at its
 * close they must be what they were.
 */
async function startWire(options: WireOptions) {
  const { kind = docs, profile = {}, publicUrl, wrapStorage = same } = options
  const sandbox = await mkdtemp(join(tmpdir(), 'stowage-wire-'))
  const root = join(sandbox, 'site')
  await mkdir(root)
  for (const place of [sandbox, root]) await writeFile(join(place, 'canary'), 'alive')
  const logged: { message: string; details: object | undefined }[] = []
  const log = (message: string, details?: object) => void logged.push({ message, details })
  const logger: Logger = { debug: () => undefined, info: log, warn: log, error: log }
  const storage = wrapStorage(fsStorage({ root: join(root, 'objects') }))
  const stowage = await createStowage({
    kinds: [kind],
    storage,
    metadata: sqliteMetadata({ file: join(root, 'assets.db'), threads: false }),
    logger,
    workers: false,
    ...options.stowage,
  })
  const served = defineProfile(kind, { basePath: '/docs', authenticate: bearer(actors), ...profile })
  const api = assetApi(stowage, served, publicUrl === undefined ? {} : { publicUrl })
  const server = createServer(options.node ?? {}, nodeHandler(api))
  prepareServer(server, options.server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    await closeGracefully(server, { timeoutMs: 500 })
    await stowage.close()
    const around = [await readdir(sandbox), (await readdir(root)).filter(name => !name.startsWith('assets.db'))]
    const canaries = await Promise.all([sandbox, root].map(place => readFile(join(place, 'canary'), 'utf8')))
    await rm(sandbox, { recursive: true, force: true })
    expect({ around, canaries }).toEqual({
      around: [
        ['canary', 'site'],
        ['canary', 'objects'],
      ],
      canaries: ['alive', 'alive'],
    })
  }

  const send = (path: string, sent?: Sent): Promise<Answer> => sendByHttp(port, path, sent)
  const upload = async (bytes: string | Uint8Array, type = 'text/plain', filename = 'note.txt') => {
    const { headers, body } = form(file(bytes, filename, type))
    const answer = await send('/docs', { method: 'POST', headers: { ...alice, ...headers }, body })
    expect([answer.status, answer.text]).toEqual([201, expect.anything()])
    return answer.json as { id: string; filename: string; url: string; contentType: string } & Record<string, unknown>
  }
  /** Sends bytes as they are and gives everything that came back, once the connection has ended. */
  const exchange = async (...pieces: readonly (string | Uint8Array)[]): Promise<string> => {
    const socket = rawSocket(port)
    for (const piece of pieces) socket.write(piece)
    return await socket.ended
  }
  const state = () => storedState(root)
  /** The attack is answered with one of the statuses, and leaves nothing: no row, object, temporary file, usage or second log event. */
  const refuses = async (attack: () => Promise<number>, ...statuses: readonly number[]): Promise<number> => {
    const before = await state()
    logged.length = 0
    const status = await attack()
    expect(statuses).toContain(status)
    await vi.waitFor(async () => expect(await state()).toEqual(before), { timeout: 10_000 })
    expectOneEvent(logged)
    expect((await send('/docs')).status).toBe(200)
    return status
  }
  const raw = () => rawSocket(port)
  return { api, stowage, storage, logged, sandbox, root, server, port, send, upload, exchange, state, refuses, raw, close }
}

const EVENT = ['code', 'method', 'operation', 'requestId', 'route', 'status']

/** At most one event, of facts that no sender chooses. */
function expectOneEvent(logged: readonly { readonly message: string; readonly details: object | undefined }[]): void {
  expect(logged.length).toBeLessThanOrEqual(1)
  for (const { message, details = {} } of logged) {
    expect([message, Object.keys(details).sort()]).toEqual(['request refused', EVENT])
    expect(JSON.stringify(details)).not.toContain(SECRET)
  }
}

/** Status of the last answer in what a raw socket received; 0 where there was none. */
export function lastStatus(received: string): number {
  const statuses = [...received.matchAll(/(?:^|\r\n\r\n|\n)HTTP\/1\.1 (\d{3}) /g)].map(match => Number(match[1]))
  return statuses.filter(status => status >= 200).at(-1) ?? 0
}

/** Head of an upload by alice, after which the connection ends. */
export function uploadHead(headers: string, path = '/docs'): string {
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${alice.authorization}\r\nConnection: close\r\n${headers}\r\n`
}

const same = <T>(value: T): T => value
