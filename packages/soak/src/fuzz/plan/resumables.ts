import { createHash } from 'node:crypto'
import type { Random } from '../random.ts'
import { apiOf, fuzzedApis } from './apis.ts'
import { draft, type Making, withBody } from './blank.ts'
import { fileContent } from './bodies.ts'
import type { Draft, Meaning } from './draft.ts'
import { isUnderWay, type KnownResumable, type ResumableStep, resumablePath } from './known-resumable.ts'

const BYTES = 'application/offset+octet-stream'
/** More than any lane leaves open. */
const CROWD = 6

/** Begins an upload by tus, or goes on with one. */
export function resumableUpload(making: Making): Draft {
  const { random, world } = making
  const open = world.resumables.filter(isUnderWay)
  const known = random.chance(0.85) ? open : world.resumables
  if (known.length === 0 || (open.length < CROWD && random.chance(0.25))) return beginResumable(making)
  return nextRequest(making, random.pick(known))
}

function tus(making: Making, request: readonly [method: string, path: string], meaning: Meaning, who: string | null): Draft {
  const made = draft(making, request[0], request[1], meaning, who)
  made.headers.push(['Tus-Resumable', '1.0.0'])
  return made
}

function beginResumable(making: Making): Draft {
  const { random, index } = making
  const api = random.pick(fuzzedApis)
  const [base, owner] = [random.pick(api.bases), random.pick(api.writers)]
  const content = fileContent(random, api.maxBytes)
  const fits = content.length > 0 && content.length <= api.maxBytes
  const declared = !fits || random.chance(0.75)
  const filename = `f${index}-${random.below(1e9)}${random.pick(['.txt', '.bin', '.png', ''])}`
  const announces = random.chance(0.3)
  const lies = announces && random.chance(0.15)
  const begins = { api: api.name, base, owner, filename, content, lies, declared }
  const expect = fits ? [201] : content.length === 0 ? [422] : [413]
  const made = tus(making, ['POST', `${base}/uploads/resumable`], { expect, beginsResumable: begins }, owner)
  made.headers.push(declared ? ['Upload-Length', String(content.length)] : ['Upload-Defer-Length', '1'])
  const said = {
    filename,
    ...(random.chance(0.3) && { filetype: random.pick(['text/plain', 'image/png', 'application/octet-stream']) }),
    ...(random.chance(0.3) && { title: 'Größe 日本 😀', tags: '["red","blue"]', note: 'x' }),
    ...(announces && { sha256: digestOf('sha256', lies ? Buffer.from('other') : content).toString('hex') }),
    ...(api.name === 'vault-file' && { partition: random.pick(['images', 'docs', 'größe']) }),
  }
  const pairs = Object.entries(said).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
  made.headers.push(['Upload-Metadata', pairs.join(',')])
  // Not all of it: a creation is told from an end by what comes next.
  if (!fits || content.length < 2 || random.chance(0.7)) return made
  return withBody(made, content.subarray(0, 1 + random.below(content.length - 1)), BYTES, random)
}

const digestOf = (algorithm: string, bytes: Buffer): Buffer => createHash(algorithm).update(bytes).digest()

/** Something that may be asked of an upload in the state it is in: mostly what its sender would do next. */
export function nextRequest(making: Making, known: KnownResumable): Draft {
  const { random } = making
  const due = known.state === 'open'
  return random.weighted<() => Draft>([
    [due ? 40 : 2, () => append(making, known)],
    [due ? 12 : 5, () => head(making, known)],
    [known.state === 'verifying' ? 30 : 4, () => readResumable(making, known)],
    [3, () => abort(making, known)],
    [3, () => strangeResumable(making, known)],
    [2, () => unknownResumable(making, known)],
  ])()
}

function step(making: Making, method: string, does: ResumableStep, expect?: readonly number[]): Draft {
  const { known } = does
  const meaning: Meaning =
    known.state === 'ended' ? { resumable: does, expect: [404] } : { resumable: does, ...(expect && { expect }) }
  return tus(making, [method, resumablePath(known)], meaning, known.owner)
}

export function readResumable(making: Making, known: KnownResumable): Draft {
  return step(making, 'GET', { known, does: 'read' }, whenDone(known, 200) ?? (known.sure ? [200] : [200, 404]))
}

function head(making: Making, known: KnownResumable): Draft {
  const told = known.state === 'failed' ? 410 : 200
  return step(making, 'HEAD', { known, does: 'head' }, whenDone(known, 200) ?? (known.sure ? [told] : [200, 404, 410]))
}

function append(making: Making, known: KnownResumable): Draft {
  const { random } = making
  const { content, offsetBytes } = known
  const isRight = random.chance(0.92)
  const from = isRight ? offsetBytes : random.below(content.length + 5)
  const left = Math.max(0, content.length - from)
  const bytes = random.chance(0.45) ? left : random.below(left + 1)
  const declares = !known.declared && (from + bytes === content.length || random.chance(0.3))
  const body = content.subarray(from, from + bytes)
  const checksum = random.weighted<'none' | 'right' | 'wrong'>([
    [80, 'none'],
    [16, 'right'],
    [4, 'wrong'],
  ])
  const does: ResumableStep = { known, does: 'append', endBytes: from + bytes, ...(declares && { declares }) }
  const ends = from + bytes === content.length
  const isAlone = known.sure && known.state === 'open'
  const made = step(
    making,
    random.chance(0.9) ? 'PATCH' : 'POST',
    does,
    isAlone ? expectOf({ known, from, checksum, ends }) : undefined,
  )
  if (made.method === 'POST') made.headers.push(['X-HTTP-Method-Override', 'PATCH'])
  made.headers.push(['Upload-Offset', String(from)])
  if (declares) made.headers.push(['Upload-Length', String(content.length)])
  if (checksum !== 'none')
    made.headers.push(['Upload-Checksum', checksumOf(random, checksum === 'right' ? body : Buffer.from('other'))])
  return withBody(made, body, BYTES, random)
}

function checksumOf(random: Random, bytes: Buffer): string {
  const algorithm = random.pick(['sha1', 'sha256', 'md5'])
  return `${algorithm} ${digestOf(algorithm, bytes).toString('base64')}`
}

interface Appended {
  readonly known: KnownResumable
  readonly from: number
  readonly checksum: 'none' | 'right' | 'wrong'
  readonly ends: boolean
}

function expectOf({ known, from, checksum, ends }: Appended): readonly number[] {
  if (from !== known.offsetBytes) return [409]
  if (checksum === 'wrong') return [460]
  return ends && known.lies ? [422] : [204]
}

/** What an upload has become holds, until that is deleted. */
function whenDone({ state, asset }: KnownResumable, status: number): readonly number[] | undefined {
  if (state !== 'done') return undefined
  if (asset === null || asset.life === 'doubtful') return [status, 404]
  return [asset.life === 'alive' ? status : 404]
}

function abort(making: Making, known: KnownResumable): Draft {
  const expect = known.state === 'done' ? undefined : known.sure && known.state === 'open' ? [204] : undefined
  return step(making, 'DELETE', { known, does: 'abort' }, expect)
}

const ASKED = ['GET', 'HEAD', 'DELETE', 'PATCH'] as const

function asked(making: Making, path: string, meaning: Meaning, who: string | null): Draft {
  const method = making.random.pick(ASKED)
  const made = tus(making, [method, path], meaning, who)
  if (method !== 'PATCH') return made
  made.headers.push(['Upload-Offset', '0'])
  return withBody(made, Buffer.from('evil'), BYTES, making.random)
}

/** Somebody who did not begin it. */
function strangeResumable(making: Making, known: KnownResumable): Draft {
  const { strangers, writers } = apiOf(known.api)
  const others = writers.filter(who => who !== known.owner)
  const who = making.random.pick([...strangers, ...others, null])
  const meaning: Meaning = who !== null && others.includes(who) ? { expect: [404] } : { forbidden: true }
  return asked(making, resumablePath(known), meaning, who)
}

/** One that never was, or is not here. */
function unknownResumable(making: Making, known: KnownResumable): Draft {
  const { random } = making
  const elsewhere = fuzzedApis.filter(({ name, writers }) => name !== known.api && writers.includes(known.owner))
  const base = elsewhere.length > 0 && random.chance(0.5) ? random.pick(random.pick(elsewhere).bases) : null
  const id = base === null ? random.bytes(16).toString('hex') : known.id
  return asked(making, `${base ?? known.base}/uploads/resumable/${id}`, { expect: [404] }, known.owner)
}
