import type { Random } from '../random.ts'
import { BOUNDARY, formBody, jsonValue } from './bodies.ts'
import { type Draft, setHeader } from './draft.ts'
import { evilNames, evilTexts } from './evil.ts'
import { dropExpectation, forgetContent, type Harm } from './head-harms.ts'

const JSON_TEXTS = [
  '',
  '{',
  '{}',
  '[]',
  'null',
  '"x"',
  '{"a":1,"a":2}',
  '{"__proto__":{"x":1}}',
  '{"\\u005f_proto__":1}',
  '{"constructor":{"prototype":{"x":1}}}',
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  `{"metadata":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`,
  `{"metadata":${'{"a":'.repeat(29)}1${'}'.repeat(29)}}`,
  '{"metadata":{"a":1e400}}',
  '{"metadata":{"a":"\\ud800"}}',
  '{"title":"\\u0000"}',
  '{"title":"\xff"}',
  '\xef\xbb\xbf{}',
  '{"title":1}',
  '{"tags":["a",1,null]}',
  '{"tags":[" "]}',
  `{"tags":[${'"x",'.repeat(300)}"y"]}`,
  `{"title":"${'x'.repeat(2000)}"}`,
  `{"metadata":{"a":"${'x'.repeat(70_000)}"}}`,
  `{"x":"${'x'.repeat(300_000)}"}`,
  '{"fields":{"topic":null,"weight":"x"}}',
  '{"fields":{"__proto__":1}}',
  '{"fields":{"partition":null}}',
  '{"filename":null}',
  '{"filename":"../x"}',
  '{"filename":""}',
  '{"visibility":null}',
  '{"visibility":"public"}',
  '{"expiresInSeconds":1e9}',
  '{"expiresInSeconds":-1}',
  '{"prompt":""}',
  '{"prompt":"x","aspectRatio":"7:7"}',
  '{"prompt":"\\ud83d","filename":"a/../b"}',
  '{"token":"__proto__"}',
  '{"filename":"a.txt","sizeBytes":-1}',
  '{"filename":"a.txt","sizeBytes":1e999}',
  '{"filename":"a.txt","sizeBytes":9007199254740991,"method":"multipart"}',
  '{"filename":"a.txt","sizeBytes":5,"method":"__proto__"}',
  '{"filename":"a.txt","sizeBytes":5,"method":"post"}',
  '{"filename":"a.txt","sizeBytes":5,"sha256":"x","contentType":"a/b\\r\\nx: y"}',
  '{"partNumbers":[]}',
  '{"partNumbers":[0,-1,1.5,"1",null]}',
  '{"partNumbers":[1,1,1,1]}',
  '{"partNumbers":{"length":1}}',
  '{"parts":[]}',
  '{"parts":[null]}',
  '{"parts":[{"partNumber":1}]}',
  '{"parts":[{"partNumber":"1","etag":{}},1,[]]}',
]

/** Writes other bytes where a body is, or puts one where there is none. */
export const harmBody: Harm = (draft, random) => {
  const body = draft.body ?? Buffer.alloc(0)
  const at = random.below(body.length + 1)
  draft.body = random.weighted<() => Buffer>([
    [4, () => flipped(body, random)],
    [3, () => body.subarray(0, at)],
    [3, () => Buffer.concat([body.subarray(0, at), Buffer.from(random.pick(evilTexts), 'latin1'), body.subarray(at)])],
    [1, () => Buffer.concat([body, body])],
    [1, () => Buffer.alloc(0)],
    [1, () => random.bytes(random.below(300))],
    [3, () => Buffer.from(random.pick(JSON_TEXTS), 'latin1')],
    [2, () => Buffer.from(JSON.stringify(jsonValue(random, evilTexts, 4)))],
    [1, () => Buffer.concat([body, Buffer.alloc(300_000, 'x')])],
  ])()
  if (draft.framing === 'none') draft.framing = random.chance(0.5) ? 'length' : 'chunked'
  forgetContent(draft)
  dropExpectation(draft)
}

export const harmJson: Harm = (draft, random) => {
  if (!draft.headers.some(([, value]) => value.includes('json'))) return harmBody(draft, random)
  draft.body = Buffer.from(random.pick(JSON_TEXTS), 'latin1')
  dropExpectation(draft)
}

function flipped(body: Buffer, random: Random): Buffer {
  const copy = Buffer.from(body)
  for (let flips = 1 + random.below(4); flips > 0 && copy.length > 0; flips--) copy[random.below(copy.length)] = random.below(256)
  return copy
}

/** A form that no browser would send. */
export const harmForm: Harm = (draft, random) => {
  if (draft.method !== 'POST') return
  const file = { name: 'file', value: Buffer.from(`c${draft.index}`), filename: `x${draft.index}.txt`, type: 'text/plain' }
  const evil = () => random.pick(evilTexts).replaceAll('"', '%22')
  const text = (name: string, value: string) => ({ name, value: Buffer.from(value, 'latin1') })
  draft.body = random.weighted<() => Buffer>([
    [3, () => formBody([{ ...file, filename: random.pick(evilNames) }])],
    [2, () => formBody([text(evil(), evil()), file])],
    [2, () => formBody([file, text(random.pick(['title', 'tags', 'metadata', 'topic', 'weight', 'filename']), evil())])],
    [1, () => formBody([file, file])],
    [1, () => formBody([{ ...file, name: evil() }])],
    [1, () => formBody([])],
    [1, () => formBody([text('title', 'a')])],
    [1, () => formBody(Array.from({ length: 150 }, (_, index) => text(`f${index}`, 'x')))],
    [1, () => formBody([text('title', 'x'.repeat(70_000)), file])],
    [1, () => formBody([file], 'another-boundary')],
    [
      1,
      () => formBody([{ ...file, type: random.pick(['multipart/mixed; boundary=a', 'text/plain; charset=utf-16', '', evil()]) }]),
    ],
    [1, () => Buffer.from(`--${BOUNDARY}`)],
    [1, () => Buffer.from(`--${BOUNDARY}--`)],
    [1, () => Buffer.concat([Buffer.alloc(5000, 'p'), formBody([file])])],
    [1, () => Buffer.concat([formBody([file]), Buffer.alloc(5000, 'e')])],
    [1, () => formBody([file]).subarray(0, -4 - random.below(40))],
  ])()
  setHeader(draft, 'Content-Type', `multipart/form-data; boundary=${BOUNDARY}`)
  if (draft.framing === 'none') draft.framing = 'length'
  forgetContent(draft)
  dropExpectation(draft)
}

/** Says one thing about the body's length, and sends another. */
export const harmFraming: Harm = (draft, random) => {
  draft.wild = true
  draft.body ??= Buffer.from('body')
  const { body } = draft
  const length = (value: string | number) => setHeader(draft, 'Content-Length', String(value))
  const encoding = (value: string) => setHeader(draft, 'Transfer-Encoding', value)
  const chunks = random.pick([
    '5\r\nhello\r\n0\r\n\r\n',
    '5;a=b;c="d"\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n',
    `5;${'e'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
    'zz\r\nhello\r\n',
    '-5\r\nhello\r\n0\r\n\r\n',
    'ffffffffffffffffff\r\nhello',
    '5\r\nhelloworld\r\n0\r\n\r\n',
    '5\nhello\n0\n\n',
    '0x5\r\nhello\r\n0\r\n\r\n',
    '5\r\nhello\r\n0\r\nContent-Length: 1\r\n\r\n',
    '0\r\n\r\n',
    '',
  ])
  const both = () => {
    length(body.length)
    encoding('chunked')
  }
  const badChunks = () => {
    encoding('chunked')
    draft.body = Buffer.from(chunks)
  }
  draft.framing = 'length'
  random.weighted<() => void>([
    [3, () => length(body.length + 1 + random.below(50))],
    [2, () => length(Math.max(0, body.length - 1 - random.below(20)))],
    [1, () => length(random.pick(['-1', '+5', '0x5', '5, 5', '5 5', '', '1e3', '99999999999999999999', 'x']))],
    [1, () => void draft.headers.push(['Content-Length', String(body.length)], ['Content-Length', String(body.length + 1)])],
    [2, both],
    [
      1,
      () =>
        encoding(random.pick(['gzip', 'chunked, chunked', 'gzip, chunked', 'xchunked', 'identity', ' chunked', 'chunked;q=1'])),
    ],
    [5, badChunks],
  ])()
  forgetContent(draft)
  dropExpectation(draft)
}

/** Goes away, or dawdles. */
export const harmEnding: Harm = (draft, random) => {
  draft.ending = random.weighted<Draft['ending']>([
    [8, 'cut'],
    [4, 'half-close'],
    [6, 'leave'],
    [0.1, 'stall'],
  ])
  draft.part = random.chance(0.2) ? 1 : random.next()
  dropExpectation(draft)
}

export const harmWrites: Harm = (draft, random) => {
  draft.writes = Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(random.chance(0.3) ? 8 : 4000))
}
