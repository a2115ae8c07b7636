import { draft, type Making, withBody } from './blank.ts'
import type { Draft } from './draft.ts'
import { evilTexts } from './evil.ts'
import { getRecord, linkContent, list, readContent, readDeleted, strange } from './reads.ts'
import { escaped } from './render.ts'
import { resumableUpload } from './resumables.ts'
import { directUpload } from './uploads.ts'
import type { KnownAsset } from './world.ts'
import { generate, link, remove, removeDoubtful, replace, update, upload } from './writes.ts'

/** A right request, or nearly: what it should do is known. */
export function baseRequest(making: Making): Draft {
  const { random, world } = making
  const alive = world.assets.filter(asset => asset.life === 'alive')
  // The world stays small: what is made is deleted again.
  const crowded = alive.length > 25
  if (alive.length === 0) return random.chance(0.8) ? upload(making) : directUpload(making)
  const asset = random.pick(alive)
  return random.weighted<() => Draft>([
    [crowded ? 4 : 16, () => upload(making)],
    [crowded ? 20 : 5, () => remove(making, crowded ? (alive[0] as KnownAsset) : asset)],
    [18, () => directUpload(making)],
    [14, () => resumableUpload(making)],
    [25, () => readContent(making, asset)],
    [10, () => list(making)],
    [8, () => getRecord(making, asset)],
    [12, () => update(making, asset)],
    [7, () => replace(making, asset)],
    [4, () => link(making, asset)],
    [4, () => linkContent(making)],
    [2, () => generate(making)],
    [4, () => removeDoubtful(making)],
    [3, () => readDeleted(making)],
    [2, () => strange(making, asset)],
    [2, () => sessionRequest(making)],
    [1, () => preflight(making)],
    [1, () => elsewhere(making)],
  ])()
}

function sessionRequest(making: Making): Draft {
  const { random } = making
  const ends = random.chance(0.2)
  const who = random.pick(['alice', 'bob', 'nobody'])
  const meaning = ends || who === 'nobody' ? {} : { signsIn: who }
  const made = draft(making, ends ? 'DELETE' : 'POST', '/api/session', meaning, null)
  made.headers.push(['Sec-Fetch-Site', random.pick(['same-origin', 'same-origin', 'cross-site', 'none'])])
  if (ends) return made
  return withBody(made, Buffer.from(JSON.stringify({ token: who })), 'application/json', random)
}

function preflight(making: Making): Draft {
  const made = draft(making, 'OPTIONS', '/notes', { expect: [204] }, null)
  made.headers.push(
    ['Origin', making.random.pick(['https://app.example.com', 'null'])],
    ['Access-Control-Request-Method', 'POST'],
  )
  return made
}

function elsewhere(making: Making): Draft {
  return draft(making, 'GET', `/${escaped(making.random.pick(evilTexts))}`, {}, null)
}
