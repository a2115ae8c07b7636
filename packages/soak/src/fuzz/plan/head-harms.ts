import type { Random } from '../random.ts'
import { apiOf } from './apis.ts'
import { type Draft, setHeader } from './draft.ts'
import { evilConditions, evilNames, evilRanges, evilTexts, evilTypes } from './evil.ts'
import { escaped } from './render.ts'

export type Harm = (draft: Draft, random: Random) => void

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'QUERY'] as const
const NO_METHODS = ['get', 'FOO', 'CONNECT', 'G ET', '', 'A'.repeat(2000), 'PRI', '\0'] as const

/** Nothing can be expected any more. */
function loosen(draft: Draft): void {
  draft.meaning = {}
}

export const harmMethod: Harm = (draft, random) => {
  // A flipped digit may name what belongs to another lane: nothing may be changed there.
  if (draft.flips.length > 0) return
  const wild = random.chance(0.2)
  draft.method = wild ? random.pick(NO_METHODS) : random.pick(METHODS)
  draft.wild ||= wild
  loosen(draft)
}

export const harmPath: Harm = (draft, random) => {
  const segments = draft.path.split('/')
  const place = 1 + random.below(segments.length - 1)
  const evil = random.pick(evilTexts)
  const text = random.chance(0.7) ? escaped(evil) : evil
  random.weighted<() => void>([
    [6, () => void segments.splice(place, 1, text)],
    [2, () => void segments.splice(place, 0, text)],
    [1, () => void segments.push('')],
    [1, () => void segments.splice(place, 0, '')],
    [1, () => void segments.splice(0, 1)],
    [1, () => void segments.splice(0, 1, 'http://evil.example')],
    [1, () => void segments.splice(place, 1, (segments[place] ?? '').toUpperCase())],
    [1, () => void segments.push('#fragment')],
    [1, () => void segments.splice(0, segments.length, '*')],
    [1, () => void segments.push('a'.repeat(20_000))],
  ])()
  draft.path = segments.join('/')
  // Whether a parser takes such a target is its own affair.
  draft.wild ||= !/^[!-~]{1,8000}$/.test(draft.path) || !draft.path.startsWith('/')
  loosen(draft)
}

export const harmQuery: Harm = (draft, random) => {
  const name = random.pick([
    'filename',
    'limit',
    'cursor',
    'sort',
    'page',
    'offset',
    'tags',
    'search',
    'q',
    'v',
    'download',
    'title',
    'topic',
  ])
  const evil = () => escaped(random.pick(evilTexts))
  random.weighted<() => void>([
    [6, () => void draft.query.push([name, evil()])],
    [2, () => void draft.query.push([name, '1'], [name, '2'])],
    [2, () => void draft.query.push([evil(), evil()])],
    [1, () => void draft.query.push(...Array.from({ length: 300 }, (): [string, string] => [name, 'x']))],
    [1, () => void draft.query.push([random.pick(['&&', '=', '%', '?', '%zz', '+']), '%'])],
    [1, () => void draft.query.splice(0)],
    [1, () => void draft.query.push([name, random.pick(['%', '%zz', '%ff%fe', '%00', '%ED%A0%80'])])],
  ])()
  if (draft.query.some(([first]) => first === 'filename' || first === 'tags')) forgetContent(draft)
  dropExpectation(draft)
}

/** Values for each header that means something somewhere. */
const headerValues: Readonly<Record<string, readonly string[]>> = {
  'Content-Type': evilTypes,
  'Content-Encoding': ['gzip', 'identity', 'br, gzip', 'x'],
  Accept: ['text/html', '*/*;q=0', 'application/json;q=0.0', 'image/*', ',,;;'],
  Range: evilRanges,
  'If-Range': evilConditions,
  'If-Match': evilConditions,
  'If-None-Match': evilConditions,
  'If-Modified-Since': evilConditions,
  'If-Unmodified-Since': evilConditions,
  Cookie: ['stowage_session=x', 'stowage_session=a.b', '=;=', 'stowage_session="', `${'a=b; '.repeat(300)}`],
  Origin: ['null', 'https://app.example.com', 'https://evil.example', 'http://localhost', 'x'],
  Host: ['', 'evil.example', 'a b', '[::1', 'localhost:99999', 'a@b'],
  'X-Forwarded-Host': ['evil.example'],
  'X-Forwarded-Proto': ['javascript'],
  'X-Request-Id': ['a'.repeat(65), '<script>', '', '../x'],
  'Content-Disposition': [
    ...evilNames.filter(name => !name.includes('"')).map(name => `attachment; filename="${name.slice(0, 3000)}"`),
    "attachment; filename*=UTF-8''%zz",
    "attachment; filename*=UTF-8''%00",
    "attachment; filename*=UTF-8''a.txt",
    'attachment; filename="a\\',
    ';;;',
  ],
  'Repr-Digest': ['sha-256=:AAAA:', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:', 'md5=:x:', 'sha-256', '='],
  'Content-Digest': ['sha-256=:AAAA:', 'sha-512=::'],
  Connection: ['close', 'keep-alive', 'Authorization', 'Content-Length, close'],
  'X-HTTP-Method-Override': ['DELETE', 'PATCH', 'HEAD', 'POST', 'x'],
  'Tus-Resumable': ['0.2.2', '1.0.0', '', '1.0.0, 1.0.0', '__proto__'],
  'Upload-Offset': ['0', '1', '-1', '+0', '1e3', '0x0', '', ' 0', '999999999999999', '99999999999999999999', 'NaN'],
  'Upload-Length': ['0', '1', '-1', '1.5', '1e3', '', '120000', '120001', '999999999999999', '99999999999999999999', 'NaN'],
  'Upload-Defer-Length': ['1', '0', '', '1, 1'],
  'Upload-Checksum': ['sha1', 'sha1 AAAA', 'sha256 !', 'crc32 AAAAAA==', 'sha9 AAAA', ' ', 'md5 AAAA BBBB', '__proto__ AAAA'],
  'Upload-Metadata': [
    ',',
    'filename',
    'filename !!',
    'filename gA==',
    'filename YQ==,filename YQ==',
    '__proto__ YQ==',
    'tags W10=',
    'metadata e30=',
    'sha256 eA==',
    'filetype YS9iDQp4OiB5',
    `filename ${Buffer.from('../../x').toString('base64')}`,
    `x ${'A'.repeat(8000)}`,
  ],
  'Upload-Concat': ['partial', 'final;/a /b'],
  'Sec-Fetch-Site': ['cross-site', 'same-origin', 'x'],
  'Access-Control-Request-Method': ['DELETE', ''],
  TE: ['trailers', 'gzip'],
  Trailer: ['Content-Length'],
  Prefer: ['respond-async'],
}

export const harmHeader: Harm = (draft, random) => {
  const name = random.pick(Object.keys(headerValues))
  const value = random.chance(0.75) ? random.pick(headerValues[name] as readonly string[]) : random.pick(evilTexts)
  if (random.chance(0.7)) setHeader(draft, name, value)
  else draft.headers.push([name, value])
  if (draft.headers.some(([, text]) => /[^\t -~\x80-\xff]/.test(text))) draft.wild = true
  if (name === 'Host') draft.wild = true
  forgetContent(draft)
  dropExpectation(draft)
}

export const dropHeader: Harm = (draft, random) => {
  const at = random.below(draft.headers.length)
  const [gone] = draft.headers.splice(at, 1)
  if (gone?.[0] === 'Host') draft.wild = true
  forgetContent(draft)
  dropExpectation(draft)
}

export const harmIdentity: Harm = (draft, random) => {
  const { asset, upload, meaning } = draft
  const who = random.pick([null, 'bob', 'carol', 'mallory'])
  const values = [
    'Basic YTpi',
    'Bearer',
    'Bearer  ',
    'bearer alice',
    'Bearer alice, Bearer bob',
    'Bearer __proto__',
    'Bearer \xe4',
  ]
  const junk = random.chance(0.3)
  draft.headers = draft.headers.filter(([name]) => name !== 'Authorization' && name !== 'Cookie')
  if (junk) draft.headers.push(['Authorization', random.pick(values)])
  else if (who !== null) draft.headers.push(['Authorization', `Bearer ${who}`])
  loosen(draft)
  // What was harmed before may name something else, and a link or a signature is permission by itself.
  if (draft.harms.length > 0 || junk || isLink(draft)) return
  if (upload !== null && meaning.upload?.does !== 'send' && who !== upload.owner) draft.meaning = { forbidden: true }
  if (asset === null) return
  if (apiOf(asset.api).strangers.includes(who)) draft.meaning = { forbidden: true }
  else if (meaning.reads) draft.meaning = { reads: meaning.reads }
}

const isLink = (draft: Draft): boolean => draft.path.includes('links/')

export const harmSyntax: Harm = (draft, random) => {
  draft.wild = true
  const name = random.pick(['X-A', 'Content-Type', 'Authorization', 'Range'])
  const otherVersion = () => {
    draft.version = random.pick(['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/9', '', 'HTTP/1.1 x'])
  }
  random.weighted<() => void>([
    [2, () => void draft.headers.push([name, 'a\r\n folded'])],
    [2, () => void draft.headers.push([name, 'a\nX-B: c'])],
    [2, () => void draft.headers.push([name, 'a\0b'])],
    [1, () => void draft.headers.push(['', 'x'])],
    [1, () => void draft.headers.push(['X A', 'x'])],
    [1, () => void draft.headers.push(['X\xe4', 'x'])],
    [1, () => void draft.headers.push(['X-Big', 'x'.repeat(20_000)])],
    [1, () => void draft.headers.push(...Array.from({ length: 2500 }, (_, index): [string, string] => [`X-${index}`, '1']))],
    [2, () => void draft.headers.push(['Upgrade', random.pick(['h2c', 'websocket'])], ['Connection', 'Upgrade'])],
    [2, otherVersion],
    [1, () => void draft.headers.push(['Expect', random.pick(['100-continue', 'x', ''])])],
  ])()
  loosen(draft)
}

/** Turns bytes of the head into others: what the request then says is anybody's guess. */
export const harmBytes: Harm = (draft, random) => {
  // A digit that is flipped may name what belongs to another lane: nothing may be changed there.
  if (draft.method !== 'GET' && draft.method !== 'HEAD' && draft.method !== 'OPTIONS') return
  draft.flips = Array.from({ length: 1 + random.below(3) }, () => [random.next(), random.below(256)])
  draft.wild = true
  draft.meaning = {}
}

export function dropExpectation(draft: Draft): void {
  const { expect: _expect, signsIn: _signsIn, ...meaning } = draft.meaning
  draft.meaning = meaning
}

/** The bytes that arrive may be others than those that were meant. */
export function forgetContent(draft: Draft): void {
  const { creates, replaces, begins, upload } = draft.meaning
  if (begins || upload?.does === 'send') loosen(draft)
  else if (creates) draft.meaning = { creates: { ...creates, content: null } }
  else if (replaces) loosen(draft)
}
