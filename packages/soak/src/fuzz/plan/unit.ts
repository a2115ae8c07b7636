import { type Random, randomOf } from '../random.ts'
import { baseRequest } from './base-requests.ts'
import { harmBody, harmEnding, harmForm, harmFraming, harmJson, harmWrites } from './body-harms.ts'
import type { Draft } from './draft.ts'
import {
  dropHeader,
  type Harm,
  harmBytes,
  harmHeader,
  harmIdentity,
  harmMethod,
  harmPath,
  harmQuery,
  harmSyntax,
} from './head-harms.ts'
import { isUnderWay } from './known-resumable.ts'
import { isOpen } from './known-upload.ts'
import { nextRequest } from './resumables.ts'
import { nextStep } from './uploads.ts'
import type { World } from './world.ts'

/** Requests that go out together. */
export interface Unit {
  readonly index: number
  /** `single` and `pipeline`: on one connection, one after another; `burst`: at once, each on its own. */
  readonly mode: 'single' | 'pipeline' | 'burst'
  readonly drafts: readonly Draft[]
  /** Which of the servers: Express, or node:http alone. */
  readonly server: 0 | 1
  /** Goes on with the lane's last connection where it is still open. */
  readonly reuses: boolean
}

const harms: readonly (readonly [number, string, Harm])[] = [
  [5, 'method', harmMethod],
  [10, 'path', harmPath],
  [8, 'query', harmQuery],
  [14, 'header', harmHeader],
  [3, 'no header', dropHeader],
  [6, 'identity', harmIdentity],
  [4, 'syntax', harmSyntax],
  [4, 'bytes of the head', harmBytes],
  [10, 'body', harmBody],
  [8, 'JSON', harmJson],
  [10, 'form', harmForm],
  [5, 'framing', harmFraming],
  [9, 'ending', harmEnding],
  [6, 'writes', harmWrites],
]

/** What a seed, a place in the run and the lane's world give: always the same. */
export function planUnit(seed: number, index: number, world: World): Unit {
  const random = randomOf(seed, index)
  const mode = random.weighted<Unit['mode']>([
    [84, 'single'],
    [7, 'pipeline'],
    [9, 'burst'],
  ])
  const size = mode === 'single' ? 1 : 2 + random.below(4)
  const server = random.chance(0.5) ? 0 : 1
  const drafts = Array.from({ length: size }, () => baseRequest({ random, world, index }))
  if (mode === 'burst') aimAtOne(drafts, { random, world, index })
  for (const [place, draft] of drafts.entries()) {
    // In a pipeline, only the last may leave open where it ends.
    if (mode !== 'pipeline' || place === size - 1) harmSome(draft, random)
    if (mode !== 'single') loosenOrder(draft)
  }
  return { index, mode, drafts, server, reuses: random.chance(0.6) }
}

function harmSome(draft: Draft, random: Random): void {
  const count = random.weighted([
    [45, 0],
    [38, 1],
    [12, 2],
    [5, 3],
  ])
  for (let done = 0; done < count; done++) {
    const [, name, harm] = random.weighted(harms.map(entry => [entry[0], entry] as const))
    harm(draft, random)
    draft.harms.push(name)
  }
}

/** Makes a race: several requests for the same asset at once, or for the same upload. */
function aimAtOne(drafts: Draft[], making: Parameters<typeof baseRequest>[0]): void {
  const open = making.world.uploads.filter(isOpen)
  if (open.length > 0 && making.random.chance(0.3)) {
    const upload = making.random.pick(open)
    for (const place of drafts.keys()) drafts[place] = nextStep(making, upload)
    return
  }
  const resumables = making.world.resumables.filter(isUnderWay)
  if (resumables.length > 0 && making.random.chance(0.25)) {
    const known = making.random.pick(resumables)
    for (const place of drafts.keys()) drafts[place] = nextRequest(making, known)
    return
  }
  const alive = making.world.assets.filter(asset => asset.life === 'alive')
  if (alive.length === 0) return
  const asset = making.random.pick(alive)
  const world: World = { ...making.world, assets: [asset] }
  for (const place of drafts.keys()) drafts[place] = baseRequest({ ...making, world })
}

/** Beside others, a request may find its asset gone or changed. */
function loosenOrder(draft: Draft): void {
  const { expect: _expect, ...meaning } = draft.meaning
  draft.meaning = meaning
}
