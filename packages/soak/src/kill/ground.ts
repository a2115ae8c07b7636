import { setTimeout as wait } from 'node:timers/promises'
import { auditFolder } from './audit-folder.ts'
import type { CrashPlan } from './crash.ts'
import { type HttpClient, httpClient } from './http-client.ts'
import type { LoadContext } from './load.ts'
import type { Model } from './model.ts'
import { UPLOADS_LIVE_MS } from './protocol.ts'
import type { Random } from './random.ts'
import { resumeUploads } from './resumable-uploads.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { verifyPromises } from './verify.ts'

const HOUR_MS = 60 * 60_000
/** More than any lease, grace and age of a temporary file. */
const DOWNTIME_MS = 25 * HOUR_MS
const MAX_SWEEPS = 12
const IDLE_WITHIN_MS = 20_000

/** A folder on which one server after another works, what its clients know, and the server of now. */
export interface Ground {
  readonly folder: string
  readonly program: string
  readonly model: Model
  readonly random: Random
  readonly next: () => number
  /** Whether servers on it have threads for their database. Default true. */
  readonly threads?: boolean
  clockOffsetMs: number
  server: ServerProcess
  client: HttpClient
}

export const loadContext = ({ server, client, model, random, next }: Ground): LoadContext => ({
  server,
  client,
  model,
  random,
  next,
})

/** Starts a server on the folder after a day of downtime; it is not the ground's own until {@link take}. */
export async function restart(
  ground: Pick<Ground, 'folder' | 'program' | 'clockOffsetMs' | 'threads'>,
  options: { readonly workers?: boolean; readonly crash?: CrashPlan; readonly abandonedPartsMs?: number } = {},
): Promise<ServerProcess | 'crashed'> {
  const { workers = true, crash = null, abandonedPartsMs = UPLOADS_LIVE_MS } = options
  const { folder, clockOffsetMs, threads = true, program } = ground
  return startServer({ folder, clockOffsetMs, threads, workers, crash, abandonedPartsMs }, program)
}

export function pass(ground: Ground): void {
  ground.clockOffsetMs += DOWNTIME_MS
}

export function take(ground: Ground, server: ServerProcess): void {
  ground.client.close()
  ground.server = server
  ground.client = httpClient(server)
}

/** Restarts without anything armed, and makes sure that all is well. */
export async function restartAndRecover(ground: Ground): Promise<void> {
  pass(ground)
  const server = await restart(ground)
  if (server === 'crashed') throw new Error('A server without a crash plan was killed by a signal.')
  take(ground, server)
  await recover(ground)
}

/** Lets senders go on where they were, sweeps until nothing is left to do, then audits the folder in two ways and asks for everything that clients were promised. */
export async function recover(ground: Ground): Promise<void> {
  await resumeUploads(ground.client, ground.model)
  await sweepToQuiet(ground)
  if ((await auditFolder(ground.folder)).some(isLeftPart)) await reopen(ground)
  const wrong = [...(await auditFolder(ground.folder)), ...(await ground.server.audit())]
  if (wrong.length > 0) throw new Error(`The audit found:\n${wrong.join('\n')}`)
  await verifyPromises({ ...ground, now: Date.now() + ground.clockOffsetMs })
  await untilIdle(ground.server)
}

/** No row speaks of them: only a storage that is opened later knows that they are old. */
const isLeftPart = (line: string): boolean => line.startsWith('I3 .stowage/uploads/')

async function reopen(ground: Ground): Promise<void> {
  await ground.server.kill()
  const server = await restart(ground, { abandonedPartsMs: 0 })
  if (server === 'crashed') throw new Error('A server without a crash plan was killed by a signal.')
  take(ground, server)
}

async function sweepToQuiet(ground: Ground): Promise<void> {
  for (let sweeps = 0; sweeps < MAX_SWEEPS; sweeps++) {
    // At first with everything that may still be gone on with, then after its end.
    const advanceMs = sweeps === 0 ? 0 : (sweeps === 1 ? UPLOADS_LIVE_MS : 0) + 2 * HOUR_MS
    ground.clockOffsetMs += advanceMs
    const report = await ground.server.sweep(advanceMs)
    if (report.failures > 0) throw new Error(`A sweep failed: ${JSON.stringify(report)}\n${ground.server.errors()}`)
    // What is purged twice is purged the second time an hour later.
    if (sweeps > 1 && Object.values(report).every(count => count === 0)) return
  }
  throw new Error(`The sweeper finds work after ${MAX_SWEEPS} sweeps.`)
}

/** I7: no object is held open once nobody reads it. */
async function untilIdle(server: ServerProcess): Promise<void> {
  const deadline = performance.now() + IDLE_WITHIN_MS
  for (;;) {
    const open = server.openFiles().filter(path => path.includes('/objects'))
    if (open.length === 0) return
    if (performance.now() > deadline) throw new Error(`I7 these files stay open: ${open.join(', ')}`)
    await wait(5)
  }
}
