import assert from 'node:assert/strict'
import { type Logger, type Stowage, StowageError } from '@stowage/core'
import type { HttpApi } from '@stowage/http'
import { type FakeClock, fakeClock } from '../../clock/fake-clock.ts'
import { memoryMetadata } from '../../metadata/memory-metadata.ts'
import type { FaultControls } from '../../storage/faults/fault-plan.ts'
import { withFaults } from '../../storage/faults/with-faults.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { HttpBackend, HttpHarness, OpenBinding } from '../harness.ts'
import type { Answer, AnswerJson, Sent } from '../wire/answer.ts'
import { eventually } from '../wire/eventually.ts'
import { file, form } from '../wire/form.ts'
import { type RawSocket, rawSocket } from '../wire/raw-socket.ts'
import { sendByFetch } from '../wire/send-by-fetch.ts'
import { sendBySocket } from '../wire/send-by-socket.ts'
import { createApi } from './api.ts'
import { fakeOrigins, type Origins } from './fake-origins.ts'
import { signingStorage } from './signing-storage.ts'
import { type Reads, stallingStorage } from './stalling-storage.ts'
import { type Drawing, watchedTransformer } from './watched-transformer.ts'

export interface WorldOptions {
  /** Contents come as streams that can be made to fail or stand still, also where the storage has local files. */
  readonly streams?: true
  /** Files can be imported from URLs. */
  readonly imports?: true
  /** The storage signs requests that send it files. */
  readonly signs?: true
}

/** Everything one case may use: an api behind the binding, and a hand on what lies under it. */
export interface World {
  readonly api: HttpApi
  readonly stowage: Stowage
  readonly clock: FakeClock
  /** Faults of the storage. */
  readonly storage: FaultControls
  readonly reads: Reads
  /** What lies at URLs, where files can be imported from there. */
  readonly origins: Origins
  /** Pictures that were made, and what making them fails with. */
  readonly drawing: Drawing
  readonly logged: readonly { readonly message: string; readonly details: object | undefined }[]
  /** Sends one request, on a connection of its own. */
  send(path: string, sent?: Sent): Promise<Answer>
  /** Begins to read an answer and goes away in the middle of its body; or of its head, when that does not come by itself. */
  leave(path: string, when: () => void | Promise<void>): Promise<void>
  readonly hasSockets: boolean
  /** A connection, for cases that are `socketOnly`. */
  socket(): RawSocket
  /** Sends the storage a file by a request that it signed. */
  put(request: { readonly url: string }, bytes: string): Promise<void>
  /** How many objects lie in the storage. */
  objects(): Promise<number>
  /** Uploads text or bytes as alice, to `/notes` where nothing else is said. */
  upload(value?: string | Uint8Array, options?: UploadOptions): Promise<AnswerJson>
}

export interface UploadOptions {
  readonly path?: string
  readonly name?: string
  readonly type?: string
}

export const as = (name: string) => ({ authorization: `Bearer ${name}` })

/** Text of 4,500 bytes. */
export const TEXT = 'The quick brown fox jumps over the lazy dog.\n'.repeat(100)

export async function openWorld(harness: HttpHarness, options: WorldOptions = {}): Promise<World & { close(): Promise<void> }> {
  const backend = await (harness.backend ?? inMemory)()
  const stalling = options.streams ? stallingStorage(backend.storage) : null
  const signing = signingStorage(backend.storage)
  const storage = withFaults(stalling?.storage ?? (options.signs ? signing.storage : backend.storage))
  const logged: { message: string; details: object | undefined }[] = []
  const clock = fakeClock()
  const { transformer, drawing } = watchedTransformer(harness.transformer)
  const logger = loggerInto(logged)
  const { importer, origins } = fakeOrigins(new StowageError('unprocessable', 'The file at this URL cannot be imported.'))
  const { stowage, api } = await createApi({
    storage,
    metadata: backend.metadata,
    clock,
    logger,
    ...transformer,
    ...(options.imports && { importer }),
  })
  const binding = await harness.open(api)
  const sockets = new Set<RawSocket>()
  const send = sender(binding)
  return {
    api,
    stowage,
    clock,
    storage,
    drawing,
    origins,
    logged,
    send,
    leave: (path, when) => leave(binding, path, when),
    hasSockets: binding.port !== undefined,
    reads: stalling?.reads ?? { stallAfterBytes: null, stalled: 0 },
    socket: () => {
      assert.ok(binding.port !== undefined, 'the binding has no sockets')
      const socket = rawSocket(binding.port)
      sockets.add(socket)
      return socket
    },
    put: (request, bytes) => signing.put(request, bytes),
    objects: async () => (await storage.list()).objects.length,
    upload: (value, how) => upload(send, value, how),
    async close() {
      for (const socket of sockets) if (!socket.closed) socket.reset()
      await binding.close()
      await stowage.close()
      await backend.close()
    },
  }
}

async function inMemory(): Promise<HttpBackend> {
  return { storage: memoryStorage(), metadata: memoryMetadata(), close: async () => undefined }
}

function loggerInto(logged: { message: string; details: object | undefined }[]): Logger {
  const log = (message: string, details?: object) => void logged.push({ message, details })
  return { debug: () => undefined, info: log, warn: log, error: log }
}

function sender(binding: OpenBinding): World['send'] {
  const { fetch } = binding
  if (fetch !== undefined) return (path, sent = {}) => sendByFetch(fetch, path, sent)
  return (path, sent = {}) => sendBySocket(binding.port, path, sent)
}

/** @param when settles once it is time to go */
async function leave(binding: OpenBinding, path: string, when: () => void | Promise<void>): Promise<void> {
  if (binding.fetch === undefined) {
    const socket = rawSocket(binding.port)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await eventually(when)
    socket.reset()
    return
  }
  const controller = new AbortController()
  const response = binding.fetch(new Request(`http://localhost${path}`, { signal: controller.signal }))
  const reading = response.then(({ body }) => new Response(body).arrayBuffer()).catch(() => undefined)
  await eventually(when)
  controller.abort()
  // A server that binds `fetch` cancels the body of an answer that nobody waits for.
  const { body } = await response.catch(() => ({ body: null }))
  await body?.cancel().catch(() => undefined)
  await reading
}

async function upload(send: World['send'], value: string | Uint8Array = TEXT, how: UploadOptions = {}): Promise<AnswerJson> {
  const { path = '/notes', name, type } = how
  const { headers, body } = form(file(value, name, type))
  const answer = await send(path, { method: 'POST', headers: { ...as('alice'), ...headers }, body })
  assert.equal(answer.status, 201, `upload: ${answer.text}`)
  return answer.json
}
