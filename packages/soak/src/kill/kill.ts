import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fastFolder } from '../lib/fast-folder.ts'
import type { Soak, SoakRun } from '../lib/soak.ts'
import { buildServer } from './build-server.ts'
import { type CrashPoint, nameOf } from './crash-point.ts'
import { crashPoints } from './crash-points.ts'
import { type Ground, restart } from './ground.ts'
import { httpClient } from './http-client.ts'
import { crashAnywhere, crashAt } from './lives.ts'
import { createModel } from './model.ts'
import { type Random, randomOf } from './random.ts'
import { survive } from './survive.ts'

const LANES = 2
const CYCLES_PER_FOLDER = 40
const MAX_MISSES = 25

/** Figures of a run, and which named points struck how often. */
export interface KillFigures {
  readonly hits: ReadonlyMap<string, number>
  readonly missed: number
  readonly killedFromOutside: number
  readonly acknowledged: Readonly<Record<string, number>>
  readonly folders: number
}

interface Shared {
  readonly run: SoakRun
  readonly queue: CrashPoint[]
  readonly misses: Map<string, number>
  readonly hits: Map<string, number>
  readonly acknowledged: Record<string, number>
  begun: number
  done: number
  missed: number
  killedFromOutside: number
  folders: number
  failed: boolean
}

/** Kills servers under load and looks at what is left. @throws at the first broken promise, with seed, cycle and point */
export async function runKills(run: SoakRun): Promise<KillFigures> {
  const shared: Shared = {
    run,
    queue: shuffled(crashPoints, randomOf(run.seed)),
    misses: new Map(),
    hits: new Map(crashPoints.map(point => [nameOf(point), 0])),
    acknowledged: {},
    begun: 0,
    done: 0,
    missed: 0,
    killedFromOutside: 0,
    folders: 0,
    failed: false,
  }
  const top = await mkdtemp(join(fastFolder(), 'stowage-kill-'))
  try {
    const program = await buildServer(join(top, 'program'))
    await fillCompileCache(program, join(top, 'first'))
    const lanes = Array.from({ length: LANES }, (_, lane) => work(shared, { top, program, lane }))
    const failed = (await Promise.allSettled(lanes)).find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    return shared
  } finally {
    await rm(top, { recursive: true, force: true })
  }
}

/** Only a process that ends as it should leaves compiled code to the others, and few do here. */
async function fillCompileCache(program: string, folder: string): Promise<void> {
  await mkdir(folder)
  const server = await restart({ folder, program, clockOffsetMs: 0 })
  if (server === 'crashed' || (await server.stop()) !== 'stopped') throw new Error('The first server did not stop as it should.')
}

async function work(shared: Shared, { top, program, lane }: { top: string; program: string; lane: number }): Promise<void> {
  const random = randomOf(shared.run.seed + lane)
  try {
    for (let number = 0; shared.begun < shared.run.count && !shared.failed; number++) {
      const folder = join(top, `lane-${lane}-${number}`)
      await onGround(shared, { folder, program, random })
      await rm(folder, { recursive: true, force: true })
    }
  } catch (error) {
    shared.failed = true
    throw error
  }
}

async function onGround(
  shared: Shared,
  { folder, program, random }: Pick<Ground, 'folder' | 'program' | 'random'>,
): Promise<void> {
  // Every other server has its database on the thread that answers: a kill then finds both at another point.
  const threads = shared.folders++ % 2 === 1
  await mkdir(folder)
  const server = await restart({ folder, program, threads, clockOffsetMs: 0 })
  if (server === 'crashed') throw new Error('The first server was killed by a signal.')
  let numbers = 0
  const ground: Ground = {
    folder,
    program,
    random,
    model: createModel(),
    next: () => ++numbers,
    threads,
    clockOffsetMs: 0,
    server,
    client: httpClient(server),
  }
  try {
    for (let i = 0; i < CYCLES_PER_FOLDER && shared.begun < shared.run.count && !shared.failed; i++) await cycle(shared, ground)
    if (!shared.failed) await survive(ground)
  } finally {
    ground.client.close()
    await ground.server.kill()
  }
  for (const [what, count] of Object.entries(ground.model.counts))
    shared.acknowledged[what] = (shared.acknowledged[what] ?? 0) + count
}

async function cycle(shared: Shared, ground: Ground): Promise<void> {
  const number = ++shared.begun
  const { random } = ground
  const point = shared.queue.shift() ?? (random.below(4) === 0 ? null : random.pick(crashPoints))
  const name = point ? nameOf(point) : 'anywhere'
  try {
    if (point) await strike(shared, ground, point)
    else await crashAnywhere(ground)
  } catch (error) {
    const where = `seed ${shared.run.seed}, cycle ${number}, ${name}`
    throw new Error(`${where}: ${error instanceof Error ? error.message : error}\n${ground.server.errors()}`, { cause: error })
  }
  if (!point) shared.killedFromOutside += 1
  shared.run.progress(++shared.done)
}

async function strike(shared: Shared, ground: Ground, point: CrashPoint): Promise<void> {
  const name = nameOf(point)
  const misses = shared.misses.get(name) ?? 0
  const struck = await crashAt(ground, point, misses > 0 ? 1 : 1 + ground.random.below(point.maxNth))
  if (struck) {
    shared.hits.set(name, (shared.hits.get(name) ?? 0) + 1)
    return
  }
  shared.missed += 1
  if (shared.hits.get(name) !== 0) return
  if (misses >= MAX_MISSES) throw new Error(`${name} was not reached in ${MAX_MISSES} tries.`)
  shared.misses.set(name, misses + 1)
  shared.queue.push(point)
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map(item => ({ item, at: random.below(2 ** 30) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

const soak: Soak = {
  summary: 'kills servers under load at named points, restarts them and audits what is left',
  unit: 'cycles',
  defaultCount: 10_000,
  async run(options) {
    const { hits, missed, killedFromOutside, acknowledged, folders } = await runKills(options)
    const struck = [...hits.values()].reduce((sum, count) => sum + count, 0)
    return {
      'named points struck': `${struck} times, each of ${hits.size} at least ${Math.min(...hits.values())} times`,
      'killed from outside': killedFromOutside,
      'points not reached': missed,
      folders,
      ...Object.fromEntries(Object.entries(acknowledged).map(([what, count]) => [`acknowledged ${what}`, count])),
    }
  },
}
export default soak
