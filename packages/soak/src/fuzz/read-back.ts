import { setTimeout as pause } from 'node:timers/promises'
import type { Lane } from './lane.ts'
import { contentPath, draft, type Making } from './plan/blank.ts'
import type { Draft } from './plan/draft.ts'
import { isUnderWay, type KnownResumable } from './plan/known-resumable.ts'
import { isOpen, type KnownUpload } from './plan/known-upload.ts'
import { readResumable } from './plan/resumables.ts'
import { readUpload } from './plan/uploads.ts'
import { staysAway } from './plan/world.ts'
import { randomOf } from './random.ts'

const VERIFY_MS = 60_000

/** What was acknowledged is there; what was deleted is not; and what was being verified comes to an end. @throws Finding */
export async function readBack(lane: Lane, seed: number): Promise<void> {
  const { uploads, resumables, assets } = lane.world
  for (const upload of [...uploads]) await verified(lane, upload, () => readUpload(makingOf(lane, seed), upload))
  for (const known of [...resumables]) await verified(lane, known, () => readResumable(makingOf(lane, seed), known))
  for (const asset of assets.filter(one => one.life === 'alive' || staysAway(one)).slice(-60)) {
    const expect = [asset.life === 'alive' ? 200 : 404]
    const made = draft(makingOf(lane, seed), 'GET', contentPath(asset), { reads: asset, expect }, asset.owner)
    made.harms = [`none: ${JSON.stringify({ ...asset, contents: asset.contents?.size })}`]
    await ask(lane, made)
  }
}

/** Waits for what a job makes of an upload. */
async function verified(lane: Lane, upload: KnownUpload | KnownResumable, look: () => Draft): Promise<void> {
  const until = performance.now() + VERIFY_MS
  const { uploads, resumables } = lane.world
  while (upload.state === 'verifying' && [...uploads, ...resumables].includes(upload)) {
    await ask(lane, look())
    if (upload.state !== 'verifying') return
    if (performance.now() > until)
      throw new Error(`Upload ${upload.id} of ${upload.owner} is still being verified: ${JSON.stringify(upload)}`)
    await pause(50)
  }
}

/** Uploads whose time is over are as if they had never been, and so are the requests that were signed for them. @throws Finding */
export async function expired(lane: Lane, seed: number): Promise<void> {
  for (const known of lane.world.resumables.filter(isUnderWay)) {
    known.state = 'ended'
    await ask(lane, readResumable(makingOf(lane, seed), known))
  }
  for (const known of lane.world.uploads.filter(isOpen)) {
    known.state = 'ended'
    await ask(lane, readUpload(makingOf(lane, seed), known))
    const { request, content } = known
    if (request === null) continue
    const made = draft(makingOf(lane, seed), 'PUT', request.path, { expect: [403] }, null)
    made.query = request.query.map(([name, value]): [string, string] => [name, value])
    await ask(lane, { ...made, body: content, framing: 'length' })
  }
}

/** Nobody's session lasts until then. */
function makingOf({ world }: Lane, seed: number): Making {
  return { random: randomOf(seed, 0), world: { ...world, cookies: new Map() }, index: seed }
}

function ask(lane: Lane, made: Draft): Promise<void> {
  return lane.send({ index: -1, mode: 'single', drafts: [made], server: 1, reuses: true })
}
