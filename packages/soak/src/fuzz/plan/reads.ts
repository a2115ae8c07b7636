import { apiOf, fuzzedApis, MAX_BYTES } from './apis.ts'
import { assetPath, contentPath, draft, type Making } from './blank.ts'
import type { Draft } from './draft.ts'
import { evilConditions, evilRanges, evilTexts } from './evil.ts'
import { escaped } from './render.ts'
import { type KnownAsset, staysAway } from './world.ts'

export function readContent(making: Making, asset: KnownAsset): Draft {
  const { random } = making
  const made = draft(
    making,
    random.chance(0.15) ? 'HEAD' : 'GET',
    contentPath(asset),
    { reads: asset, expect: [200, 206, 304, 412, 416] },
    asset.owner,
  )
  const etag = asset.contentEtag ?? '"x"'
  if (random.chance(0.4)) {
    const [from, to] = [random.below(300), random.below(3000)]
    made.headers.push(['Range', random.pick([`bytes=${from}-${to}`, `bytes=${from}-`, `bytes=-${to}`, random.pick(evilRanges)])])
    if (random.chance(0.3)) made.headers.push(['If-Range', random.pick([etag, `W/${etag}`, random.pick(evilConditions)])])
  }
  for (const name of ['If-None-Match', 'If-Match', 'If-Modified-Since', 'If-Unmodified-Since']) {
    if (random.chance(0.1)) made.headers.push([name, random.pick([etag, `W/${etag}, "x"`, '*', random.pick(evilConditions)])])
  }
  if (random.chance(0.05)) made.query.push(['download', ''])
  return made
}

const dates = ['2026-01-01', '2040-01-01T00:00:00Z', '2020-01-01T00:00:00.123456%2B02:00', 'yesterday', '2026-02-30']

export function list(making: Making): Draft {
  const { random, world } = making
  const api = random.pick(fuzzedApis)
  const made = draft(making, 'GET', random.pick(api.bases), {}, random.pick(api.writers))
  const values: Record<string, () => string> = {
    limit: () => String(1 + random.below(30)),
    per_page: () => String(1 + random.below(30)),
    page: () => String(1 + random.below(3)),
    offset: () => String(random.below(20)),
    cursor: () => (world.cursors.length === 0 ? 'none' : random.pick(world.cursors)),
    sort: () => random.pick(['createdAt', '-createdAt', 'title', '-title', 'filename', 'sizeBytes', '-updatedAt']),
    order_by: () => random.pick(['created', 'size', 'name']),
    order: () => random.pick(['asc', 'desc']),
    done: () => random.pick(['true', 'false']),
    weight: () => random.pick(['1', '-2.5']),
    'weight[gt]': () => random.pick(['0', '-2.5']),
    'sizeBytes[lte]': () => String(random.below(MAX_BYTES)),
    'createdAt[gte]': () => random.pick(dates),
    'updatedAt[lt]': () => random.pick(dates),
    createdBy: () => random.pick(api.writers),
    type: () => random.pick(['text', 'image', 'file', 'words']),
    visibility: () => random.pick(['public', 'private']),
    ranked: () => random.pick(['true', 'false']),
  }
  const words = () =>
    escaped(random.chance(0.2) ? random.pick(evilTexts) : random.pick(['cat', 'f1', 'a', 'red', 'größe', 'image', 'title x']))
  for (const name of api.listParams) {
    if (random.chance(0.25)) made.query.push([name, (values[name] ?? words)()])
  }
  return made
}

export function getRecord(making: Making, asset: KnownAsset): Draft {
  if (!apiOf(asset.api).operations.has('get')) return readContent(making, asset)
  const made = draft(making, 'GET', assetPath(asset), { expect: [200, 304], reads: asset }, asset.owner)
  if (making.random.chance(0.2)) made.headers.push(['If-None-Match', asset.etag ?? '*'])
  return made
}

export function linkContent(making: Making): Draft {
  const { random, world } = making
  if (world.linkTokens.length === 0) return list(making)
  const { token, asset } = random.pick(world.linkTokens)
  const path = asset.api === 'team-file' ? `/team-links/${token}` : `/notes/links/${token}`
  return draft(making, 'GET', path, { reads: asset, expect: [200, 404] }, null)
}

/** An acknowledged deletion holds for ever. */
export function readDeleted(making: Making): Draft {
  const { random, world } = making
  const deleted = world.assets.filter(staysAway)
  if (deleted.length === 0) return list(making)
  const asset = random.pick(deleted)
  const method = random.pick(['GET', 'HEAD', 'DELETE'])
  const path = method === 'DELETE' ? assetPath(asset) : contentPath(asset)
  const expect = method === 'DELETE' && apiOf(asset.api).needsIfMatch ? [404, 428] : [404]
  return draft(making, method, path, { expect }, asset.owner)
}

/** Somebody who may not know that the asset is there. */
export function strange(making: Making, asset: KnownAsset): Draft {
  const { random } = making
  const api = apiOf(asset.api)
  if (api.strangers.length === 0) return readContent(making, asset)
  const who = random.pick(api.strangers)
  const made = draft(
    making,
    random.pick(['GET', 'HEAD', 'DELETE', 'PATCH']),
    contentPath(asset),
    { forbidden: true, names: asset },
    who,
  )
  if (random.chance(0.5)) made.path = assetPath(asset)
  return made
}
