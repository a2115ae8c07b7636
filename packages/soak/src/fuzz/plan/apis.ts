/** The APIs of the fuzzed server, as a client knows them. `server/apis.ts` builds the same. */
export interface FuzzedApi {
  readonly name: string
  /** Base paths, each of a space. */
  readonly bases: readonly string[]
  readonly writers: readonly string[]
  /** Identities that may not see this API's assets; `null` is anonymous. */
  readonly strangers: readonly (string | null)[]
  readonly operations: ReadonlySet<string>
  /** Whether content is found by filename, under another path. */
  readonly contentBase?: (base: string) => string
  readonly maxBytes: number
  readonly rawUploads: boolean
  readonly textFields: readonly string[]
  readonly listParams: readonly string[]
  readonly needsIfMatch?: boolean
}

export const MAX_BYTES = 120_000
const FILTERS = ['type', 'visibility', 'createdBy', 'tags', 'tags[all]', 'createdAt[gte]', 'updatedAt[lt]', 'sizeBytes[lte]']
const LIST = ['limit', 'cursor', 'sort', 'search', 'words', 'ranked', ...FILTERS]

export const fuzzedApis: readonly FuzzedApi[] = [
  {
    name: 'note',
    bases: ['/notes'],
    writers: ['alice', 'bob'],
    strangers: [],
    operations: new Set(['list', 'upload', 'get', 'update', 'delete', 'content', 'replace', 'generate', 'link']),
    maxBytes: MAX_BYTES,
    rawUploads: true,
    textFields: ['title', 'description', 'visibility', 'tags', 'metadata', 'topic', 'weight', 'done'],
    listParams: [...LIST, 'topic', 'weight', 'weight[gt]', 'done'],
  },
  {
    name: 'page-asset',
    bases: ['/api/pages/123/assets'],
    writers: ['alice'],
    strangers: [],
    operations: new Set(['list', 'upload', 'delete', 'content', 'generate']),
    contentBase: base => base.replace('/api', ''),
    maxBytes: MAX_BYTES,
    rawUploads: false,
    textFields: [],
    listParams: [],
  },
  {
    name: 'team-file',
    bases: ['/api/teams/1/files', '/api/teams/2/files'],
    writers: ['alice', 'bob'],
    strangers: [null, 'mallory'],
    operations: new Set(['list', 'upload', 'get', 'update', 'delete', 'content', 'replace', 'link']),
    maxBytes: MAX_BYTES,
    rawUploads: true,
    textFields: ['title', 'description', 'tags', 'metadata'],
    listParams: ['limit', 'offset', 'sort', 'search', 'type', 'tags'],
  },
  {
    name: 'vault-file',
    bases: ['/api/v1/vaults/v1/assets'],
    writers: ['alice'],
    strangers: [null, 'bob', 'mallory'],
    operations: new Set(['list', 'upload', 'get', 'update', 'delete', 'content', 'replace']),
    maxBytes: MAX_BYTES,
    rawUploads: true,
    textFields: ['title', 'partition', 'metadata'],
    listParams: ['page', 'per_page', 'order_by', 'order', 'q', 'partition', 'tags'],
    needsIfMatch: true,
  },
]

export const apiOf = (name: string): FuzzedApi => fuzzedApis.find(api => api.name === name) as FuzzedApi
