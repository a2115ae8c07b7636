import type { FuzzTarget } from './child.ts'
import { describeFinding, Finding } from './finding.ts'
import { type Counts, Lane } from './lane.ts'
import { expired, readBack } from './read-back.ts'

const LANES = 24

export interface FuzzOptions {
  readonly seed: number
  readonly count: number
  readonly progress: (done: number) => void
  /** How long an answer may take, where others are answered meanwhile. Default 5000. */
  readonly hangMs?: number
  /** Lets so much time pass that open uploads end. Default: they are not asked for again. */
  readonly expire?: () => Promise<void>
}

/** Sends `count` requests, then asks for everything that must still be there. @throws Error with the first finding */
export async function fuzz(server: FuzzTarget, { seed, count, progress, hangMs = 5000, expire }: FuzzOptions): Promise<Counts> {
  const counts: Counts = new Map()
  const lanes = Array.from({ length: LANES }, (_, first) => new Lane({ seed, server, counts, hangMs, first, step: LANES }))
  let done = 0
  let stopped = false
  const run = async (lane: Lane) => {
    // Each lane has its share, whatever the others do: the same seed sends the same.
    const share = Math.ceil(count / LANES)
    for (let sent = 0; sent < share && !stopped; ) {
      const requests = await lane.next()
      sent += requests
      done += requests
      progress(Math.min(done, count))
    }
    if (!stopped) await readBack(lane, seed)
  }
  const guarded = (work: Promise<void>) =>
    work.catch(error => {
      stopped = true
      throw error
    })
  const ends = await Promise.allSettled(lanes.map(lane => guarded(run(lane))))
  if (expire && !stopped) {
    await expire()
    ends.push(...(await Promise.allSettled(lanes.map(lane => guarded(expired(lane, seed))))))
  }
  for (const lane of lanes) lane.close()
  for (const end of ends) if (end.status === 'rejected') await tell(end.reason, server, { seed, hangMs })
  return counts
}

async function tell(error: unknown, server: FuzzTarget, options: Again): Promise<never> {
  if (!(error instanceof Finding)) throw error
  const said = server.faults.slice(0, 5).join('\n')
  throw new Error([describeFinding(error, options.seed), await again(server, error, options), said].join('\n'))
}

interface Again {
  readonly seed: number
  readonly hangMs: number
}

/** Whether the same bytes alone do it again: then there is less to look at. */
async function again(server: FuzzTarget, { unit, message }: Finding, options: Again): Promise<string> {
  if (!server.alive) return 'The server is gone.'
  const known = server.faults.length
  for (const draft of unit.drafts) {
    const lane = new Lane({ ...options, server: { ...server, faults: [] }, counts: new Map(), first: 0, step: 1 })
    try {
      await lane.send({ ...unit, mode: 'single', reuses: false, drafts: [draft] })
    } catch (error) {
      return `Alone, request ${unit.drafts.indexOf(draft) + 1} gives: ${error instanceof Error ? error.message : message}`
    } finally {
      lane.close()
    }
  }
  return server.faults.length > known ? 'Sent alone, the server reports it again.' : 'Sent alone, nothing is wrong.'
}
