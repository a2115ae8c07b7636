import type {
  AssetQuery,
  AssetRecord,
  BlobRecord,
  Change,
  Filter,
  IdempotencyRecord,
  JobRecord,
  JsonObject,
  KindSchema,
  MetadataStore,
  UploadRecord,
} from '@stowage/core/contracts'

/** Kinds that every row's store is opened with. */
export const KINDS: readonly KindSchema[] = [
  {
    name: 'file',
    fields: [
      { name: 'part', type: 'string', indexed: true },
      { name: 'score', type: 'number', indexed: true },
      { name: 'flag', type: 'boolean', indexed: true },
      { name: 'note', type: 'string', indexed: false },
    ],
    sorts: ['title', 'updatedAt', 'sizeBytes', { field: 'part' }, { field: 'note' }],
  },
  { name: 'other', fields: [], searched: ['title', 'tags'] },
]

export const T0 = 1_700_000_000_000
const ZEROS = 8

/** JSON of every shape. */
export const DEEP: JsonObject = {
  text: 'ü "quoted" \\ \n \u2028',
  list: [1, [2, [{ three: null }]], true, false, ''],
  nested: { a: { b: { c: { d: [] } } } },
  '': 'empty name',
  'a.b': 1,
  'a"b': 2,
}

/** Ids that sort as their numbers do. */
export const idOf = (number: number, prefix = 'a'): string => prefix + String(number).padStart(ZEROS, '0')

/** The asset of a number: made one after the other, in space `s`, ready. */
export function asset(number: number, given: Partial<AssetRecord> = {}): AssetRecord {
  return {
    id: idOf(number),
    kind: 'file',
    space: 's',
    createdBy: null,
    type: 'file',
    state: 'ready',
    processing: 'none',
    processingError: null,
    processingProgress: null,
    visibility: 'private',
    title: null,
    description: null,
    slug: null,
    filename: null,
    uniqueName: null,
    contentType: null,
    sizeBytes: null,
    sha256: null,
    width: null,
    height: null,
    properties: {},
    fields: {},
    metadata: {},
    tags: [],
    externalUrl: null,
    blobId: null,
    version: 1,
    createdAt: T0 + number,
    updatedAt: T0 + number,
    ...given,
  }
}

export function blob(number: number, given: Partial<BlobRecord> = {}): BlobRecord {
  return {
    id: idOf(number, 'b'),
    assetId: idOf(number),
    kind: 'file',
    storage: 'memory',
    key: `key/${number}`,
    state: 'writing',
    role: 'original',
    sourceId: null,
    scan: null,
    sizeBytes: null,
    sha256: null,
    etag: null,
    contentType: null,
    leaseToken: null,
    dueAt: null,
    purgesLeft: 1,
    createdAt: T0 + number,
    ...given,
  }
}

export function job(number: number, given: Partial<JobRecord> = {}): JobRecord {
  return {
    id: idOf(number, 'j'),
    type: 'purge',
    payload: {},
    state: 'queued',
    attempts: 0,
    maxAttempts: 3,
    runAt: T0,
    leaseToken: null,
    leaseUntil: null,
    lastError: null,
    createdAt: T0,
    ...given,
  }
}

export function upload(number: number, given: Partial<UploadRecord> = {}): UploadRecord {
  return {
    id: idOf(number, 'u'),
    assetId: idOf(number),
    blobId: idOf(number, 'b'),
    kind: 'file',
    state: 'open',
    storageUploadId: null,
    offsetBytes: 0,
    declaredBytes: null,
    leaseToken: null,
    expiresAt: T0 + 1000,
    data: {},
    createdAt: T0,
    ...given,
  }
}

export function idempotency(given: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return { scope: 'tenant', key: 'key', fingerprint: 'f', response: null, expiresAt: T0 + 1000, ...given }
}

export async function insert(store: MetadataStore, ...assets: readonly AssetRecord[]): Promise<void> {
  await store.commit(assets.map(record => ({ op: 'insertAsset', asset: record })))
}

/** Text of the asset with this number. */
export const putText = (number: number, text: string, append = false): Change => ({
  op: 'putText',
  assetId: idOf(number),
  kind: 'file',
  text,
  append,
})

/** Newest first, 100 of kind `file`. */
export function query(filter: Filter = { op: 'all' }, given: Partial<AssetQuery> = {}): AssetQuery {
  return { kind: 'file', filter, sort: { column: 'createdAt', direction: 'desc' }, limit: 100, ...given }
}

async function idsOf(store: MetadataStore, asked: AssetQuery): Promise<string[]> {
  return (await store.list(asked)).map(({ id }) => id)
}

/** Numbers of the assets in a list, in order. */
export async function numbersOf(store: MetadataStore, filter: Filter, given: Partial<AssetQuery> = {}): Promise<number[]> {
  return (await idsOf(store, query(filter, given))).map(id => Number(id.slice(-ZEROS)))
}

export const search = (...terms: string[]): Filter => ({ op: 'search', terms })
export const words = (...terms: string[]): Filter => ({ op: 'words', terms })
export const taggedAny = (...tags: string[]): Filter => ({ op: 'tags', match: 'any', tags })
export const taggedAll = (...tags: string[]): Filter => ({ op: 'tags', match: 'all', tags })
export const taggedNone = (...tags: string[]): Filter => ({ op: 'tags', match: 'none', tags })
