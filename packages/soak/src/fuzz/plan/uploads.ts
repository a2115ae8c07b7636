import { createHash } from 'node:crypto'
import { apiOf, fuzzedApis } from './apis.ts'
import { draft, type Making, withBody } from './blank.ts'
import { fileContent } from './bodies.ts'
import type { Draft, Meaning } from './draft.ts'
import { isOpen, type KnownUpload, type UploadStep } from './known-upload.ts'

const JSON_TYPE = 'application/json'

/** More than any lane leaves open. */
const CROWD = 8

/** Begins a direct upload, or goes on with one. */
export function directUpload(making: Making): Draft {
  const { random, world } = making
  const open = world.uploads.filter(isOpen)
  const known = random.chance(0.85) ? open : world.uploads
  if (known.length === 0 || (open.length < CROWD && random.chance(0.25))) return beginUpload(making)
  return nextStep(making, random.pick(known))
}

function beginUpload(making: Making): Draft {
  const { random, index } = making
  const api = random.pick(fuzzedApis)
  const [base, owner] = [random.pick(api.bases), random.pick(api.writers)]
  const content = fileContent(random, api.maxBytes)
  const expect = content.length === 0 ? [422] : content.length > api.maxBytes ? [413] : [201]
  const declaresDigest = random.chance(0.4)
  const made = draft(making, 'POST', `${base}/uploads`, { expect, begins: { api: api.name, base, owner, content } }, owner)
  const body = {
    filename: `f${index}-${random.below(1e9)}${random.pick(['.txt', '.bin', '.png', ''])}`,
    sizeBytes: content.length,
    ...(declaresDigest && { sha256: createHash('sha256').update(content).digest('hex') }),
    ...(random.chance(0.35) && { method: content.length === 0 ? 'put' : random.pick(['put', 'multipart']) }),
    ...(random.chance(0.3) && { contentType: random.pick(['text/plain', 'image/png', 'application/octet-stream']) }),
    ...(random.chance(0.3) && { title: random.pick(['A title', 'Größe 日本 😀']), tags: ['red', 'blue'] }),
    ...(random.chance(0.2) && { metadata: { a: { b: [1, null] } } }),
    ...(api.name === 'vault-file' && { fields: { partition: random.pick(['images', 'docs', 'größe']) } }),
  }
  return withBody(made, Buffer.from(JSON.stringify(body)), JSON_TYPE, random)
}

/** Something that may be asked of an upload in the state it is in: mostly what its sender would do next. */
export function nextStep(making: Making, known: KnownUpload): Draft {
  const { random } = making
  const { state, arrived, request } = known
  const due = state === 'open'
  return random.weighted<() => Draft>([
    [due && request === null ? 30 : 1, () => presign(making, known)],
    [due && request !== null && !arrived ? 40 : 5, () => send(making, known)],
    [due && arrived ? 40 : isOpen(known) ? 6 : 3, () => complete(making, known)],
    [state === 'verifying' ? 30 : 5, () => readUpload(making, known)],
    [4, () => abort(making, known)],
    [4, () => strangeUpload(making, known)],
    [2, () => unknownUpload(making, known)],
  ])()
}

const pathOf = ({ base, id }: KnownUpload): string => `${base}/uploads/${id}`

function step(
  making: Making,
  name: readonly [method: string, path: string],
  upload: UploadStep,
  expect?: readonly number[],
): Draft {
  const [method, path] = name
  const { owner, state } = upload.known
  const meaning: Meaning = state === 'ended' ? { upload, expect: [404], noUpload: true } : { upload, ...(expect && { expect }) }
  return draft(making, method, path, meaning, owner)
}

export function readUpload(making: Making, known: KnownUpload): Draft {
  return step(making, ['GET', pathOf(known)], { known, does: 'read' }, whenDone(known, 200) ?? (known.sure ? [200] : [200, 404]))
}

function presign(making: Making, known: KnownUpload): Draft {
  const { random } = making
  // Where a file goes in one piece, its request is fresh with each look.
  if (known.method === 'put' && random.chance(0.7)) return readUpload(making, known)
  const expect = known.sure ? [known.method === 'put' || known.state !== 'open' ? 409 : 200] : undefined
  const made = step(making, ['POST', `${pathOf(known)}/parts`], { known, does: 'presign' }, expect)
  return withBody(made, Buffer.from('{"partNumbers":[1]}'), JSON_TYPE, random)
}

function send(making: Making, known: KnownUpload): Draft {
  const { random } = making
  const { request } = known
  if (request === null) return presign(making, known)
  const content = random.weighted<() => Buffer>([
    [14, () => known.content],
    [1, () => otherBytes(known.content, making.index)],
    [1, () => known.content.subarray(1)],
    [1, () => Buffer.concat([known.content, Buffer.from('x')])],
  ])()
  const upload: UploadStep = { known, does: 'send', content }
  const made = draft(making, 'PUT', request.path, { upload, ...expectOfSend(known, content) }, null)
  made.query = request.query.map(([name, value]): [string, string] => [name, value])
  withBody(made, content, 'application/octet-stream', random)
  for (const [name, value] of request.headers) made.headers.push([name, value])
  return made
}

/** As many bytes, which no test of the length tells apart. */
function otherBytes(content: Buffer, index: number): Buffer {
  const other = Buffer.from(content)
  other.writeUInt8((content.readUInt8(0) + 1 + (index % 255)) % 256)
  return other
}

function expectOfSend({ method, content, sure, state, declaresDigest }: KnownUpload, bytes: Buffer): Pick<Meaning, 'expect'> {
  const wrong = [400, 403, 404, 409, 413, 422]
  if (bytes.length !== content.length) return { expect: wrong }
  if (method === 'put') return { expect: bytes !== content && declaresDigest ? wrong : [201, 204] }
  return sure ? { expect: state === 'open' ? [200] : wrong } : {}
}

function complete(making: Making, known: KnownUpload): Draft {
  const { random } = making
  const made = step(making, ['POST', `${pathOf(known)}/complete`], { known, does: 'complete' }, expectOfComplete(known))
  const { method, partEtag } = known
  if (method === 'put' || random.chance(0.4)) {
    return random.chance(0.5) ? made : withBody(made, Buffer.from('{}'), JSON_TYPE, random)
  }
  const wrong = random.chance(0.1) || partEtag === null
  const parts = [{ partNumber: 1, etag: wrong ? '"not-this"' : partEtag }]
  if (wrong && made.meaning.expect && known.state === 'open' && known.arrived) made.meaning = { ...made.meaning, expect: [422] }
  return withBody(made, Buffer.from(JSON.stringify({ parts })), JSON_TYPE, random)
}

function expectOfComplete(known: KnownUpload): readonly number[] | undefined {
  const { state, arrived, sure, content, sent, declaresDigest } = known
  const done = whenDone(known, 201)
  if (done) return done
  if (state === 'failed') return [409, 422]
  if (!sure) return undefined
  if (state === 'verifying') return [201, 202, 422]
  if (!arrived) return [409]
  // A part is not judged when it arrives.
  const isRight = !declaresDigest || (sent?.size === 1 && sent.values().next().value === content)
  return isRight ? [201, 202] : [201, 202, 422]
}

/** What an upload has become holds, until that is deleted. */
function whenDone({ state, asset }: KnownUpload, status: number): readonly number[] | undefined {
  if (state !== 'done') return undefined
  if (asset === null || asset.life === 'doubtful') return [status, 404]
  return [asset.life === 'alive' ? status : 404]
}

function abort(making: Making, known: KnownUpload): Draft {
  const expect = known.state === 'done' ? [409] : known.sure && known.state !== 'verifying' ? [204] : undefined
  return step(making, ['DELETE', pathOf(known)], { known, does: 'abort' }, expect)
}

const ASKED = ['GET', 'DELETE', 'POST complete', 'POST parts'] as const

function asked(making: Making, path: string, meaning: Meaning, who: string | null): Draft {
  const [method = '', tail] = making.random.pick(ASKED).split(' ')
  const made = draft(making, method, tail === undefined ? path : `${path}/${tail}`, meaning, who)
  return tail === 'parts' ? withBody(made, Buffer.from('{"partNumbers":[1]}'), JSON_TYPE, making.random) : made
}

/** Somebody who did not begin it. */
function strangeUpload(making: Making, known: KnownUpload): Draft {
  const { strangers, writers } = apiOf(known.api)
  const others = writers.filter(who => who !== known.owner)
  const who = making.random.pick([...strangers, ...others, null])
  // Those who may upload here themselves are told what they would be told of an upload that never was.
  const meaning: Meaning = who !== null && others.includes(who) ? { expect: [404], noUpload: true } : { forbidden: true }
  return asked(making, pathOf(known), meaning, who)
}

/** One that never was, or is not here. */
function unknownUpload(making: Making, known: KnownUpload): Draft {
  const { random } = making
  const elsewhere = fuzzedApis.filter(({ name, writers }) => name !== known.api && writers.includes(known.owner))
  const base = elsewhere.length > 0 && random.chance(0.5) ? random.pick(random.pick(elsewhere).bases) : null
  const id = base === null ? random.bytes(16).toString('hex') : known.id
  return asked(making, `${base ?? known.base}/uploads/${id}`, { expect: [404], noUpload: true }, known.owner)
}
