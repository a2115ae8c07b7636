import type { Operation } from '../../../src/lib/profile/operation.ts'
import { file, form } from '../../form.ts'
import type { Attempt, Plan } from './doors.ts'

/** The bytes of every asset in the matrix. */
export const BYTES = 'the bytes of it'

const read = (name: string, ok: number, headers: Attempt['headers'] = {}): Attempt => ({ name, ok, headers, changes: false })
const changed = (name: string, ok: number, rest: Partial<Attempt> = {}): Attempt => ({ name, ok, changes: true, ...rest })

const json = { 'content-type': 'application/json' }
const tus = { 'tus-resumable': '1.0.0' }
const chunk = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' }
const STALE = { 'if-match': '"stale"' }
const ANY = { 'if-none-match': '*' }
const OLD = { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }

const record = [read('plain', 200), read('unchanged', 304, ANY), read('stale', 412, STALE)]
const bytes = [
  read('plain', 200),
  read('range', 206, { range: 'bytes=0-2' }),
  read('beyond', 416, { range: 'bytes=999-' }),
  read('if-range', 200, { range: 'bytes=0-2', 'if-range': '"stale"' }),
  read('unchanged', 304, ANY),
  read('stale', 412, STALE),
  read('too old', 412, OLD),
]
// RFC 9110 §14.2: Range is defined for GET only.
const headOf = (attempts: readonly Attempt[]) => attempts.filter(({ headers }) => headers?.range === undefined)

const multipart = form(file(BYTES, 'new.txt'))
const raw = { headers: { 'content-type': 'text/plain' }, body: BYTES, query: 'filename=new.txt' }
/** Where the file lies that imports ask for. */
export const REMOTE = 'https://files.example/new.txt'
const named = form({ name: 'url', value: REMOTE })
const uploads = [
  changed('form', 201, { headers: multipart.headers, body: multipart.body.toString() }),
  changed('raw', 201, raw),
  changed('import', 201, { headers: json, body: JSON.stringify({ url: REMOTE }) }),
  changed('import by form', 201, { headers: named.headers, body: named.body.toString() }),
  changed('link', 201, { headers: json, body: '{"externalUrl":"https://elsewhere.example/new"}' }),
]
const staged = uploads.filter(({ name }) => name === 'form' || name === 'raw')
const patch = { headers: json, body: '{"title":"changed"}' }
const updates = [changed('plain', 200, patch), read('stale', 412, { ...json, ...STALE })].map(one => ({
  ...one,
  body: patch.body,
}))
const deletions = [changed('plain', 204), read('stale', 412, STALE)]
const replacements = [
  changed('plain', 200, { headers: { 'content-type': 'text/plain' }, body: 'other bytes' }),
  { ...read('stale', 412, { 'content-type': 'text/plain', ...STALE }), body: 'other bytes' },
]
const links = [read('plain', 200)]
const description = [read('plain', 200), read('unchanged', 304, ANY), read('stale', 412, STALE)]

/** What is done at each door: an operation or method that has no line here fails the matrix. */
export const plans: Readonly<Record<Operation, Plan>> = {
  upload: { asks: 'create', methods: { POST: uploads, PUT: uploads } },
  generate: { asks: 'create', methods: { POST: [changed('plain', 201, { headers: json, body: '{"prompt":"a cat"}' })] } },
  stage: { asks: 'create', methods: { POST: staged, PUT: staged } },
  beginUpload: { asks: 'create', methods: { POST: [changed('plain', 201, { headers: json, body: '{"sizeBytes":10}' })] } },
  readUpload: { asks: 'create', methods: { GET: [read('plain', 200)], HEAD: [read('plain', 200)] } },
  presignParts: { asks: 'create', methods: { POST: [{ ...read('plain', 200, json), body: '{"partNumbers":[1]}' }] } },
  // Nothing has been sent.
  completeUpload: { asks: 'create', methods: { POST: [{ ...read('plain', 409, json), body: '{}' }] } },
  abortUpload: { asks: 'create', methods: { DELETE: [changed('plain', 204)], POST: [changed('plain', 204)] } },
  createResumable: {
    asks: 'create',
    methods: { POST: [changed('plain', 201, { headers: { ...tus, 'upload-length': '100' } })] },
  },
  resumableOffset: { asks: 'create', methods: { HEAD: [read('plain', 200, tus)] } },
  appendResumable: {
    asks: 'create',
    methods: { PATCH: [changed('plain', 204, { headers: { ...tus, ...chunk }, body: BYTES })] },
  },
  abortResumable: { asks: 'create', methods: { DELETE: [changed('plain', 204, { headers: tus })] } },
  readResumable: { asks: 'create', methods: { GET: [read('plain', 200)] } },
  list: { asks: 'list', methods: { GET: [read('plain', 200)], HEAD: [read('plain', 200)] } },
  get: { asks: 'read', methods: { GET: record, HEAD: record } },
  content: { asks: 'read', methods: { GET: bytes, HEAD: headOf(bytes) } },
  derivative: { asks: 'read', methods: { GET: bytes, HEAD: headOf(bytes) } },
  link: { asks: 'read', methods: { POST: [{ ...read('plain', 200, json), body: '{}' }], GET: links, HEAD: links } },
  linkContent: { asks: 'token', methods: { GET: bytes, HEAD: headOf(bytes) } },
  openapi: { asks: 'nothing', methods: { GET: description, HEAD: description } },
  reference: { asks: 'nothing', methods: { GET: description, HEAD: description } },
  update: { asks: 'update', methods: { PATCH: updates, POST: updates, PUT: updates } },
  replace: { asks: 'update', methods: { PUT: replacements, POST: replacements } },
  bulkDelete: {
    asks: 'delete',
    inBody: true,
    methods: { POST: [changed('plain', 204, { headers: json, body: '{"ids":["$id"]}' })] },
  },
  bulkTag: {
    asks: 'update',
    inBody: true,
    methods: { POST: [changed('plain', 200, { headers: json, body: '{"ids":["$id"],"add":["new"]}' })] },
  },
  delete: { asks: 'delete', methods: { DELETE: deletions, POST: deletions } },
}
