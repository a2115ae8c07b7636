import type {
  Asset,
  AssetClient,
  AssetDetails,
  AssetType,
  JsonObject,
  ResumeStore,
  UploadOptions,
  UploadTask,
  Visibility,
} from '@stowage/client'
import type { AssetItem, AssetSource } from './asset-source.ts'

/** Pictures up to this are their own thumbnails, where the kind makes none. */
const OWN_THUMBNAIL_BYTES = 2 * 1024 * 1024

/** About a minute and a half: as long as a server takes to be started anew. */
const RETRIES = 8

export interface HouseSourceOptions {
  /** Name of the derivative that the kind makes as a thumbnail. Default: small pictures show themselves, all else an icon. */
  readonly thumbnail?: string
  /** True where reading takes the client's token or headers: pictures are then fetched with them. Default false: they have URLs. */
  readonly authenticated?: boolean
  readonly accept?: string
  readonly maxBytes?: number
  readonly canUpload?: boolean
  /** For the links that are copied. Default: the API's, 15 minutes. */
  readonly linkSeconds?: number
  /**
   * How the client sends files: `retries`, `resume` and so on. Default: 8 retries; an upload that failed is remembered as long as the page lives. With
   * `resume: localStorage` it is taken up after a reload too.
   */
  readonly sending?: Omit<UploadOptions, keyof AssetDetails | 'filename' | 'contentType' | 'sha256' | 'onProgress' | 'signal'>
}

/**
 * The house API as a source of the elements.
 * @param client made by `createAssetClient`, or the promise of one
 * @example gallery.source = houseSource(createAssetClient({ baseUrl: '/api/assets' }), { thumbnail: 'small' })
 */
export function houseSource(client: AssetClient | Promise<AssetClient>, options: HouseSourceOptions = {}): AssetSource {
  const { thumbnail, authenticated, linkSeconds, sending, ...limits } = options
  const assets = async () => client
  const toItem = async (asset: Asset) => itemOf(asset, await assets(), options)
  const remembered = new WeakMap<File, ResumeStore>()
  const resumeOf = (file: File): ResumeStore => {
    const store = remembered.get(file) ?? keptInMemory()
    remembered.set(file, store)
    return store
  }
  const source: AssetSource & Required<Pick<AssetSource, 'start'>> = {
    ...limits,
    async list({ cursor, search, tags, type }, { signal } = {}) {
      const page = await (await assets()).list({ cursor, search, 'tags[all]': tags, type: type as AssetType | undefined, signal })
      const items = await Promise.all(page.items.map(toItem))
      return { items, cursor: page.cursor, ...(page.total && { total: page.total.count }) }
    },
    start(file, { onProgress, onRetry, signal, fields }) {
      let task: UploadTask | undefined
      const send = async () => {
        const how = { retries: RETRIES, resume: resumeOf(file), ...sending }
        task = (await assets()).startUpload(file, { ...how, ...detailsOf(fields), onProgress, signal })
        task.on('retry', ({ error }) => onRetry?.(error))
        return toItem(await task.done)
      }
      return { done: send(), pause: () => task?.pause() ?? false, resume: () => task?.resume() }
    },
    upload: (file, how) => source.start(file, how).done,
    async remove({ id }) {
      await (await assets()).delete(id)
    },
    async link({ id }) {
      const { url } = await (await assets()).createLink(id, { expiresInSeconds: linkSeconds })
      return url
    },
    async tag(items, change) {
      const results = await (await assets()).tagMany(
        items.map(({ id }) => id),
        change,
      )
      const failed = results.find(({ status }) => status >= 400)
      if (failed) throw Object.assign(new Error(messageOf(failed.error)), { status: failed.status })
    },
    async update({ id }, patch) {
      return toItem(await (await assets()).update(id, patch))
    },
    async reload({ id }) {
      return toItem(await (await assets()).get(id))
    },
    ...(authenticated && {
      async open({ id }, what, { signal } = {}) {
        const derivative = what === 'thumbnail' ? thumbnail : undefined
        return (await (await assets()).download(id, { derivative, signal })).blob()
      },
    }),
  }
  return source
}

/** Of one `File` object: the same file, chosen twice, is two uploads. */
function keptInMemory(): ResumeStore {
  const kept = new Map<string, string>()
  return {
    getItem: key => kept.get(key),
    setItem: (key, value) => kept.set(key, value),
    removeItem: key => kept.delete(key),
  }
}

function itemOf(asset: Asset, client: AssetClient, { thumbnail, authenticated }: HouseSourceOptions): AssetItem {
  const filename = asset.filename ?? ''
  const ownUrl = authenticated ? null : client.contentUrl(asset.id)
  return {
    id: String(asset.id),
    title: asset.title || filename || String(asset.id),
    filename,
    contentType: asset.contentType ?? '',
    sizeBytes: asset.sizeBytes ?? 0,
    createdAt: asset.createdAt,
    tags: asset.tags,
    thumbnailUrl: thumbnailOf(asset, client, thumbnail),
    contentUrl: asset.url === null ? asset.externalUrl : ownUrl,
    state: asset.processing === 'pending' ? 'processing' : asset.processing === 'failed' ? 'failed' : 'ready',
    raw: asset,
  }
}

function thumbnailOf(asset: Asset, client: AssetClient, thumbnail: string | undefined): string | null {
  const drawn = asset.type === 'image' || asset.type === 'pdf' || asset.type === 'video'
  if (thumbnail !== undefined) return drawn && asset.processing === 'done' ? client.derivativeUrl(asset.id, thumbnail) : null
  const small = asset.type === 'image' && asset.url !== null && (asset.sizeBytes ?? 0) <= OWN_THUMBNAIL_BYTES
  return small ? client.contentUrl(asset.id) : null
}

/** What the house API has names for stays; all else is a declared field. */
function detailsOf(fields: Readonly<Record<string, unknown>> = {}): AssetDetails {
  const { title, description, visibility, tags, metadata, ...declared } = fields
  return {
    title: title as string | undefined,
    description: description as string | undefined,
    visibility: visibility as Visibility | undefined,
    tags: tags as readonly string[] | undefined,
    metadata: metadata as JsonObject | undefined,
    fields: declared as JsonObject,
  }
}

function messageOf(error: JsonObject | undefined): string {
  const text = error?.detail ?? error?.message ?? error?.title
  return typeof text === 'string' ? text : ''
}
