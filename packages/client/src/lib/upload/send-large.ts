import { AssetClientError } from '../error.ts'
import type { Asset } from '../wire.ts'
import { type Job, patienceOf } from './job.ts'
import { isPassing } from './retrying.ts'
import type { Send } from './sending.ts'
import { openSession, type Session } from './session.ts'

type LargeWay = 'direct' | 'resumable'

/** Loaded by those who go these ways. */
const LOAD: Readonly<Record<LargeWay, () => Promise<Send>>> = {
  direct: async () => (await import('../direct/send-direct.ts')).sendDirect,
  resumable: async () => (await import('../resumable/send-resumable.ts')).sendResumable,
}
const PLACES = {
  direct: { root: ['uploads'], headers: {} },
  resumable: { root: ['uploads', 'resumable'], headers: { 'tus-resumable': '1.0.0' } },
}
/** How an API answers that does not have such uploads. */
const NOT_OFFERED: readonly number[] = [404, 405, 501]

/** @returns null where this way cannot be gone, but another one may: `isOptional` */
export async function sendLarge(job: Job, way: LargeWay, isOptional: boolean): Promise<Asset | null> {
  const { connection, options, absent, busy, signal, onSent } = job
  const blob = job.blob as Blob
  const session = openSession({ connection, ...PLACES[way], busy, onBegun: () => job.onWay(way) }, blob, options)
  let hasArrived = false
  const onArrived = () => {
    hasArrived = true
  }
  try {
    const send = await LOAD[way]()
    const asset = await job.pauses.through(signal =>
      send({ connection, blob, options, patience: patienceOf(job, signal), onSent, onArrived }, session),
    )
    await session.forget()
    return asset
  } catch (error) {
    const isOver = signal.aborted || hasArrived || !isOptional
    if (!isOver && (await isClosed(way, session, error))) {
      absent.add(way)
      return null
    }
    // What may still succeed is kept for whoever can take it up; all else is given up.
    if (session.id !== null && (signal.aborted || !session.lasts || !isPassing(error))) {
      await session.forget()
      await session.giveUp()
    }
    throw error
  } finally {
    session.leave()
  }
}

/** Whether the API does not offer this way, or names a storage that gives no answer while the API does. */
async function isClosed(way: LargeWay, session: Session, error: unknown): Promise<boolean> {
  if (!(error instanceof AssetClientError)) return false
  if (session.id === null) return NOT_OFFERED.includes(error.status)
  // A bucket whose CORS rules do not know this page looks like no network.
  if (way !== 'direct' || error.code !== 'network' || !(await session.giveUp())) return false
  await session.forget()
  return true
}
