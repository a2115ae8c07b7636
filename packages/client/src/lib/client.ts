import { type ConnectionOptions, connect } from './connection.ts'
import type {
  AssetPatch,
  DownloadOptions,
  GenerateInput,
  LinkOptions,
  ListOptions,
  ReplaceOptions,
  RequestOptions,
  TagChange,
  UploadOptions,
  UploadSource,
  WriteOptions,
} from './inputs.ts'
import { sendFile } from './upload/send-file.ts'
import { startUpload } from './upload/start-upload.ts'
import type { UploadTask, UploadWay } from './upload/upload-task.ts'
import type { Asset, AssetLink, AssetPage, BulkResult } from './wire.ts'

export type AssetClientOptions = ConnectionOptions

type Id = string | number

/** The house API of one kind of asset. Every call takes a `signal` and rejects with an AssetClientError. */
export interface AssetClient {
  /**
   * Sends a file, and what is said of it: a small one or a stream in one request, a large one straight to the storage or in a resumable upload, as the
   * API offers. Tries again what fails, where that is safe; with `resume` goes on where an earlier page or process was cut off.
   */
  upload(source: UploadSource, options?: UploadOptions): Promise<Asset>
  /** The same as a task, which tells how it goes and can be paused. Never throws: whatever is wrong, `done` rejects. */
  startUpload(source: UploadSource, options?: UploadOptions): UploadTask
  /** One page. */
  list(options?: ListOptions): Promise<AssetPage>
  /** Page after page, each asked for when it is needed. */
  pages(options?: ListOptions): AsyncGenerator<AssetPage, void>
  /** Asset after asset, over all pages. */
  all(options?: ListOptions): AsyncGenerator<Asset, void>
  get(id: Id, options?: RequestOptions): Promise<Asset>
  update(id: Id, patch: AssetPatch, options?: WriteOptions): Promise<Asset>
  delete(id: Id, options?: WriteOptions): Promise<void>
  /** Up to 1000 at once, each by itself; results in the order of `ids`. */
  deleteMany(ids: readonly Id[], options?: RequestOptions): Promise<readonly BulkResult[]>
  /** The same for tags. */
  tagMany(ids: readonly Id[], tags: TagChange, options?: RequestOptions): Promise<readonly BulkResult[]>
  /** Where the bytes are: for `src`, `href` and other programs. Whether they need credentials is the API's rule. */
  contentUrl(id: Id): string
  /** Where a picture made from it is, by the name that the kind declares. */
  derivativeUrl(id: Id, name: string): string
  /** The bytes, not read yet: `response.body`, `.blob()`, `.arrayBuffer()`. Status 206 where a range was asked for and given. */
  download(id: Id, options?: DownloadOptions): Promise<Response>
  /** Exchanges the bytes; the id stays. */
  replace(id: Id, source: UploadSource, options?: ReplaceOptions): Promise<Asset>
  /** Has a picture made from words. */
  generate(input: GenerateInput, options?: RequestOptions): Promise<Asset>
  /** Makes a link that reads the present bytes without credentials. */
  createLink(id: Id, options?: LinkOptions): Promise<AssetLink>
}

/**
 * Makes a client for the house API at `baseUrl`.
 * @example const assets = createAssetClient({ baseUrl: '/api/assets' })
 */
export function createAssetClient(options: AssetClientOptions): AssetClient {
  const connection = connect(options)
  const { ask } = connection
  const bulk = async (change: string, body: object, signal: AbortSignal | undefined): Promise<readonly BulkResult[]> => {
    const { results } = await ask<{ results: readonly BulkResult[] }>({
      method: 'POST',
      path: ['bulk', change],
      ...json(body),
      signal,
    })
    return results
  }
  const absent = new Set<UploadWay>()
  const busy = new Set<string>()
  const start = (source: UploadSource, input: UploadOptions, isWatched: boolean) =>
    startUpload({ connection, absent, busy, isWatched }, source, input)
  const client: AssetClient = {
    // A promise of its own: unlike the task's, it must be listened to.
    upload: async (source, input = {}) => start(source, input, input.onProgress !== undefined).done,
    startUpload: (source, input = {}) => start(source, input, true),
    list: ({ signal, filter, ...query } = {}) => ask({ method: 'GET', path: [], query: { ...filter, ...query }, signal }),
    async *pages(input = {}) {
      let cursor: string | null | undefined = input.cursor
      do {
        const page: AssetPage = await client.list({ ...input, cursor })
        yield page
        cursor = page.cursor
      } while (cursor)
    },
    async *all(input) {
      for await (const page of client.pages(input)) yield* page.items
    },
    get: (id, { signal } = {}) => ask({ method: 'GET', path: [id], signal }),
    update: (id, patch, { signal, ifMatch } = {}) =>
      ask({
        method: 'PATCH',
        path: [id],
        headers: { 'content-type': 'application/merge-patch+json', 'if-match': ifMatch },
        body: JSON.stringify(patch),
        signal,
      }),
    delete: (id, { signal, ifMatch } = {}) => ask({ method: 'DELETE', path: [id], headers: { 'if-match': ifMatch }, signal }),
    deleteMany: (ids, { signal } = {}) => bulk('delete', { ids }, signal),
    tagMany: (ids, { add, remove }, { signal } = {}) => bulk('tag', { ids, add, remove }, signal),
    contentUrl: id => connection.url([id, 'content']),
    derivativeUrl: (id, name) => connection.url([id, 'derivatives', name]),
    download: (id, { signal, range, derivative } = {}) => {
      const path = derivative === undefined ? [id, 'content'] : [id, 'derivatives', derivative]
      return connection.open({ method: 'GET', path, headers: { range: range && rangeText(range) }, signal })
    },
    replace: (id, source, input = {}) => {
      const { filename, ifMatch } = input
      const request = {
        method: 'PUT',
        path: [id, 'content'],
        query: { filename },
        headers: { 'if-match': ifMatch },
        fields: null,
      }
      return sendFile(connection, request, source, input)
    },
    generate: (input, { signal } = {}) => ask({ method: 'POST', path: ['generate'], ...json(input), signal }),
    createLink: (id, { signal, ...input } = {}) => ask({ method: 'POST', path: [id, 'link'], ...json(input), signal }),
  }
  return client
}

function json(value: object): { headers: Record<string, string>; body: string } {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

function rangeText(range: NonNullable<DownloadOptions['range']>): string {
  return 'suffix' in range ? `bytes=-${range.suffix}` : `bytes=${range.start}-${range.end ?? ''}`
}
