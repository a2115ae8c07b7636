import type { Random } from '../random.ts'
import { apiOf, type FuzzedApi, fuzzedApis } from './apis.ts'
import { assetPath, draft, guard, type Making, withBody } from './blank.ts'
import { BOUNDARY, type FormPart, fileContent, formBody, jsonValue } from './bodies.ts'
import { type Draft, type Meaning, raw } from './draft.ts'
import { evilTexts } from './evil.ts'
import { readContent } from './reads.ts'
import { escaped } from './render.ts'
import { etagOf, type KnownAsset } from './world.ts'

const withOperation = (operation: string) => fuzzedApis.filter(api => api.operations.has(operation))

export function upload(making: Making): Draft {
  const { random, index } = making
  const api = random.pick(fuzzedApis)
  const base = random.pick(api.bases)
  const owner = random.pick(api.writers)
  const content = fileContent(random, api.maxBytes)
  const expect = content.length === 0 ? [422, 400] : content.length > api.maxBytes ? [413] : [201]
  const meaning: Meaning = { expect, creates: { api: api.name, base, owner, content } }
  const made = draft(making, 'POST', base, meaning, owner)
  const filename = `f${index}${random.pick(['.txt', '.bin', '.png', '', '.tar.gz', raw('-ä.txt')])}`
  const type = random.pick(['text/plain', 'application/octet-stream', 'image/png', 'text/csv'])
  const fields = detailFields(api, random)
  if (api.rawUploads && random.chance(0.4)) {
    made.query = [['filename', escaped(filename)], ...fields.map(([name, value]): [string, string] => [name, escaped(value)])]
    return withBody(made, content, type, random)
  }
  const parts = fields.map(([name, value]): FormPart => ({ name, value: Buffer.from(value, 'latin1') }))
  parts.splice(random.below(parts.length + 1), 0, { name: 'file', value: content, filename, type })
  return withBody(made, formBody(parts), `multipart/form-data; boundary=${BOUNDARY}`, random)
}

function detailFields(api: FuzzedApi, random: Random): [string, string][] {
  const given: [string, string][] =
    api.name === 'vault-file' ? [['partition', random.pick(['images', 'docs', raw('größe')])]] : []
  const values: Record<string, readonly string[]> = {
    title: ['A title', raw('Größe 日本 😀'), 'x'.repeat(1000)],
    description: ['Words of description', ''],
    visibility: ['public', 'private'],
    tags: ['red', 'blue', raw('grün')],
    metadata: ['{}', '{"a":{"b":[1,2,{"c":null}]}}'],
    topic: ['cats', 'dogs'],
    weight: ['1', '-2.5'],
    done: ['true', 'false'],
  }
  for (const name of api.textFields) {
    const known = values[name]
    if (known !== undefined && random.chance(0.25)) given.push([name, random.pick(known)])
  }
  return given
}

export function update(making: Making, asset: KnownAsset): Draft {
  const { random } = making
  if (!apiOf(asset.api).operations.has('update')) return readContent(making, asset)
  const made = draft(making, 'PATCH', assetPath(asset), { names: asset }, asset.owner)
  const patch: Record<string, unknown> = {}
  if (random.chance(0.5)) patch.title = random.pick([null, 'New', 'Größe', `t${making.index}`])
  if (random.chance(0.4)) patch.metadata = jsonValue(random, evilTexts)
  if (random.chance(0.3)) patch.tags = random.pick<unknown>([null, [], ['a', 'b'], ['a', 'a'], jsonValue(random, evilTexts)])
  if (random.chance(0.1)) patch.fields = jsonValue(random, evilTexts)
  if (random.chance(0.1)) patch[random.pick(evilTexts)] = jsonValue(random, evilTexts)
  if (random.chance(0.1)) patch.filename = `r${making.index}.txt`
  guard(made, asset, random)
  return withBody(made, Buffer.from(JSON.stringify(patch)), 'application/merge-patch+json', random)
}

export function replace(making: Making, asset: KnownAsset): Draft {
  const { random } = making
  const api = apiOf(asset.api)
  if (!api.operations.has('replace')) return readContent(making, asset)
  const content = fileContent(random, api.maxBytes)
  const made = draft(making, 'PUT', `${assetPath(asset)}/content`, { replaces: { asset, content } }, asset.owner)
  guard(made, asset, random)
  if (random.chance(0.3)) {
    const digest = etagOf(random.chance(0.8) ? content : Buffer.from('other')).slice(1, -1)
    made.headers.push(['Repr-Digest', `sha-256=:${Buffer.from(digest, 'base64url').toString('base64')}:`])
  }
  return withBody(made, content, 'application/octet-stream', random)
}

export function remove(making: Making, asset: KnownAsset): Draft {
  const made = draft(making, 'DELETE', assetPath(asset), { deletes: asset }, asset.owner)
  guard(made, asset, making.random)
  const ifMatch = made.headers.find(([name]) => name === 'If-Match')?.[1]
  const needed = apiOf(asset.api).needsIfMatch === true
  if (ifMatch === undefined) made.meaning = { deletes: asset, expect: [needed ? 428 : 204] }
  else if (ifMatch === asset.etag) made.meaning = { deletes: asset, expect: [204] }
  return made
}

export function generate(making: Making): Draft {
  const { random } = making
  const api = random.pick(withOperation('generate'))
  const [base, owner] = [random.pick(api.bases), random.pick(api.writers)]
  const made = draft(
    making,
    'POST',
    `${base}/generate`,
    { expect: [201], creates: { api: api.name, base, owner, content: null } },
    owner,
  )
  const body = { prompt: `picture ${making.index}` }
  return withBody(made, Buffer.from(JSON.stringify(body)), 'application/json', random)
}

export function link(making: Making, asset: KnownAsset): Draft {
  const { random } = making
  if (!apiOf(asset.api).operations.has('link')) return readContent(making, asset)
  const made = draft(making, 'POST', `${assetPath(asset)}/link`, { expect: [200], links: asset }, asset.owner)
  if (random.chance(0.5)) withBody(made, Buffer.from('{"expiresInSeconds":600}'), 'application/json', random)
  return made
}

/** What nobody knows the state of goes too, so that a run of any length leaves little. */
export function removeDoubtful(making: Making): Draft {
  const doubtful = making.world.assets.find(({ life }) => life === 'doubtful')
  if (doubtful === undefined) return upload(making)
  const made = draft(making, 'DELETE', assetPath(doubtful), { deletes: doubtful, expect: [204, 404] }, doubtful.owner)
  made.headers.push(['If-Match', '*'])
  return made
}
