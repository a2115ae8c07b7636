import { setTimeout as wait } from 'node:timers/promises'
import type { CrashPlan } from './crash.ts'
import type { CrashPoint, Life } from './crash-point.ts'
import { nameOf } from './crash-point.ts'
import { leaveDirectUploads } from './direct-uploads.ts'
import { type Ground, loadContext, pass, recover, restart, restartAndRecover, take } from './ground.ts'
import { changeEntry, load, removal, replacement, uploadLarge, uploadSmall } from './load.ts'
import { leaveResumableUpload } from './resumable-uploads.ts'
import { type Ending, ServerGone, type ServerProcess } from './server-process.ts'

const CLIENTS = 5
const ACTIONS = 14
const HANG_AFTER_BYTES = 128 * 1024
const STRIKE_WITHIN_MS = 15_000
const MAX_DELAY_MS = 4
const MAX_LIFE_MS = 120

/** Lets the point strike once, then recovers. @returns false where the life ended before the point was reached */
export async function crashAt(ground: Ground, point: CrashPoint, nth: number): Promise<boolean> {
  const { random } = ground
  const plan = {
    point: nameOf(point),
    nth,
    afterBytes: 1 + random.below(120_000),
    delayMs: random.below(MAX_DELAY_MS * 100) / 100,
  }
  return LIVES[point.life](ground, plan)
}

/** Kills the server from outside, at an instant that has no name. */
export async function crashAnywhere(ground: Ground): Promise<void> {
  const loaded = load(loadContext(ground), CLIENTS, ACTIONS)
  await Promise.race([loaded, wait(ground.random.below(MAX_LIFE_MS))])
  await ground.server.kill()
  await loaded
  await restartAndRecover(ground)
}

type Live = (ground: Ground, plan: CrashPlan) => Promise<boolean>

const LIVES: Readonly<Record<Life, Live>> = {
  async load(ground, plan) {
    await ground.server.arm(plan)
    const inEachWay = { directInEachWay: plan.point.includes('direct'), resumableInEachWay: plan.point.includes('resumable') }
    await load({ ...loadContext(ground), ...inEachWay }, CLIENTS, ACTIONS)
    const ending = await ground.server.kill()
    await restartAndRecover(ground)
    return isCrash(ending)
  },
  async jobs(ground, plan) {
    await leaveWork(ground)
    const server = await restart(ground, { crash: plan })
    const ending = server === 'crashed' ? server : await endOf(server)
    await restartAndRecover(ground)
    return isCrash(ending)
  },
  async sweep(ground, plan) {
    await leaveWork(ground)
    const server = await restart(ground, { crash: plan, workers: false })
    const ending = server === 'crashed' ? server : await sweepTwice(ground, server)
    await restartAndRecover(ground)
    return isCrash(ending)
  },
  async 'two workers'(ground, plan) {
    await leaveWork(ground)
    const [struck, other] = await Promise.all([restart(ground, { crash: plan }), restart(ground)])
    const ending = struck === 'crashed' ? struck : await endOf(struck)
    await recoverWith(ground, other)
    return isCrash(ending)
  },
  async 'two sweepers'(ground, plan) {
    await leaveWork(ground)
    const [struck, other] = await Promise.all([
      restart(ground, { crash: plan, workers: false }),
      restart(ground, { workers: false }),
    ])
    if (struck === 'crashed' || other === 'crashed') throw new Error('A server was killed before it was asked for anything.')
    const [ending] = await Promise.all([sweepTwice(ground, struck), other.sweep(0)])
    await recoverWith(ground, other)
    await replaceServer(ground)
    return isCrash(ending)
  },
  'deleted meanwhile': (ground, plan) => changedMeanwhile(ground, plan, removal, 'deletes'),
  'replaced meanwhile': (ground, plan) => changedMeanwhile(ground, plan, replacement, 'replacements'),
}

const isCrash = (ending: Ending): boolean => {
  if (ending === 'failed') throw new Error('The server ended by itself.')
  return ending === 'crashed'
}

async function recoverWith(ground: Ground, other: ServerProcess | 'crashed'): Promise<void> {
  if (other === 'crashed') throw new Error('A server without a crash plan was killed by a signal.')
  take(ground, other)
  await recover(ground)
}

/** One that works jobs goes on: clients wait for some. */
async function replaceServer(ground: Ground): Promise<void> {
  await ground.server.kill()
  const server = await restart(ground)
  if (server === 'crashed') throw new Error('A server without a crash plan was killed by a signal.')
  take(ground, server)
}

/** Leaves replaced bytes, a deleted asset and unfinished uploads to whoever comes next, and a day's time. */
async function leaveWork(ground: Ground): Promise<void> {
  const context = loadContext(ground)
  const { model } = ground
  const hang = { hangAfterBytes: HANG_AFTER_BYTES }
  const [twice, once, deleted, hung] = await Promise.all([
    uploadSmall(context),
    uploadLarge(context),
    uploadSmall(context),
    uploadSmall(context),
  ])
  const unfinished = [
    uploadLarge({ ...context, random: LARGEST }, hang),
    changeEntry(context, hung, 'replacements', replacement(context, hang)),
  ].map(promise => promise.catch(ignoreGone))
  // More jobs than one worker takes at a time, so that two of them both get some.
  const others = await Promise.all(Array.from({ length: 5 }, () => uploadSmall(context)))
  await Promise.all(others.map(entry => changeEntry(context, entry, 'replacements', replacement(context))))
  for (const entry of [twice, twice, once, deleted]) await changeEntry(context, entry, 'replacements', replacement(context))
  await changeEntry({ model }, deleted, 'deletes', removal(context))
  await leaveDirectUploads(context)
  await leaveResumableUpload(context)
  await ground.server.kill()
  await Promise.all(unfinished)
  pass(ground)
}

const LARGEST = { below: (limit: number) => limit - 1, pick: <T>(from: readonly T[]): T => from[0] as T }

function ignoreGone(error: unknown): void {
  if (!(error instanceof ServerGone)) throw error
}

/** A job over an asset is held while a client changes the asset, and the process dies once that was acknowledged. */
async function changedMeanwhile(
  ground: Ground,
  plan: CrashPlan,
  how: typeof removal | typeof replacement,
  what: string,
): Promise<boolean> {
  const entry = await uploadLarge(loadContext(ground))
  await changeEntry(ground, entry, 'replacements', replacement(loadContext(ground)))
  await ground.server.kill()
  pass(ground)
  const server = await restart(ground, { crash: plan })
  if (server === 'crashed') throw new Error('A server was killed before it was asked for anything.')
  take(ground, server)
  const reached = await Promise.race([server.held.then(() => true), wait(STRIKE_WITHIN_MS, false)])
  await changeEntry(ground, entry, what, how(loadContext(ground)))
  await server.kill()
  await restartAndRecover(ground)
  return reached
}

async function sweepTwice(ground: Ground, server: ServerProcess): Promise<Ending> {
  try {
    await server.sweep(0)
    ground.clockOffsetMs += 7_200_000
    await server.sweep(7_200_000)
  } catch (error) {
    ignoreGone(error)
  }
  return server.kill()
}

async function endOf(server: ServerProcess): Promise<Ending> {
  await Promise.race([server.ended, wait(STRIKE_WITHIN_MS, undefined, { ref: false })])
  return server.kill()
}
