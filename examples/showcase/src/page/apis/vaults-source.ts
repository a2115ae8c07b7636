import type { AssetItem, SourceUploadOptions, UploadHandle } from '@stowage/ui'
import { readBlob, readJson } from '../wire/api-error.ts'
import type { ShowcaseSource, SourceContext } from './api.ts'
import { describePixels, describeSize, describeTime, factsOf } from './describe.ts'
import { splitTags } from './split-tags.ts'

interface VaultAsset {
  readonly id: string
  readonly partition: string
  readonly collection: string
  readonly channel: string
  readonly filename: string
  readonly r2_key: string
  readonly size: number
  readonly mime_type: string
  readonly width: number | null
  readonly height: number | null
  readonly metadata: string
  /** JSON in JSON, as the API's document has it. */
  readonly tags: string
  readonly created_at: string
}

interface Page {
  readonly data: readonly VaultAsset[]
  readonly cursor: string | null
}

const LIMIT = '12'
const PLACE = ['partition', 'collection', 'channel'] as const
/** What is larger goes in pieces, so that a lost connection loses little. */
const LARGE_BYTES = 8 * 1024 * 1024
const PIECE_BYTES = 4 * 1024 * 1024
/** About a minute and a half: as long as a server takes to be started anew. */
const RETRIES = 8
/** This API makes no thumbnails: pictures up to this show themselves. */
const OWN_THUMBNAIL_BYTES = 2 * 1024 * 1024

export function vaultsSource({ fetch, client, token, place, filters }: SourceContext): ShowcaseSource {
  const path = `/api/v1/vaults/${place}/assets`
  const change = async (id: string, json: unknown) =>
    toItem(await readJson<VaultAsset>(await fetch(`${path}/${id}`, { method: 'PATCH', token, json })))
  const inOne = async (file: File, { onProgress, signal, fields = {} }: SourceUploadOptions) => {
    const form = new FormData()
    for (const name of PLACE) form.append(name, String(fields[name] ?? ''))
    form.append('tags', JSON.stringify(tagsOf(fields)))
    form.append('file', file)
    return toItem(await readJson(await fetch(path, { method: 'POST', token, form, onProgress, signal })))
  }
  const assets = client(path)
  const inPieces = (file: File, { onProgress, onRetry, signal, fields = {} }: SourceUploadOptions): UploadHandle => {
    const task = assets.startUpload(file, {
      way: 'resumable',
      chunkBytes: PIECE_BYTES,
      retries: RETRIES,
      resume: localStorage,
      fields: Object.fromEntries(PLACE.map(name => [name, String(fields[name] ?? '')])),
      tags: tagsOf(fields),
      onProgress,
      signal,
    })
    task.on('retry', ({ error }) => onRetry?.(error))
    // This API presents its assets in a shape of its own, here too.
    return { done: task.done.then(asset => toItem(asset as unknown as VaultAsset)), pause: task.pause, resume: task.resume }
  }
  return {
    filters: [],
    maxBytes: 100 * 1024 * 1024,
    async list({ cursor }, { signal } = {}) {
      const params = new URLSearchParams({ ...filters, limit: LIMIT, ...(cursor && { cursor }) })
      const page = await readJson<Page>(await fetch(`${path}?${params}`, { token, signal }))
      return { items: page.data.map(toItem), cursor: page.cursor }
    },
    start: (file, options) => (file.size > LARGE_BYTES ? inPieces(file, options) : { done: inOne(file, options) }),
    async remove({ id }) {
      await readJson(await fetch(`${path}/${id}`, { method: 'DELETE', token }))
    },
    async tag(items, { add, remove }) {
      for (const { id, tags } of items)
        await change(id, { tags: [...new Set([...tags, ...add])].filter(tag => !remove.includes(tag)) })
    },
    open: async ({ id }, _what, { signal } = {}) => readBlob(await fetch(`${path}/${id}/content`, { token, signal })),
    link: async ({ id }) => `${location.origin}${path}/${id}/content`,
    linkHint: () => 'The address answers only with the token of somebody who has a role in this vault.',
    facts: ({ raw }) => factsFrom(raw as VaultAsset),
    editable: ({ raw, tags }) => [
      { name: 'tags', label: 'Tags', kind: 'text', value: tags.join(', '), placeholder: 'with, commas' },
      { name: 'alt', label: 'Alternative text', kind: 'text', value: altOf(raw as VaultAsset), hint: 'Kept as alt in metadata' },
    ],
    save: ({ id }, { tags = '', alt = '' }) => change(id, { tags: splitTags(tags), metadata: { alt } }),
  }
}

const tagsOf = ({ tags }: Readonly<Record<string, unknown>>) => splitTags(String(tags ?? ''))

function toItem(asset: VaultAsset): AssetItem {
  return {
    id: asset.id,
    title: asset.filename,
    filename: asset.filename,
    contentType: asset.mime_type,
    sizeBytes: asset.size,
    createdAt: asset.created_at,
    tags: JSON.parse(asset.tags) as string[],
    thumbnailUrl: asset.mime_type.startsWith('image/') && asset.size <= OWN_THUMBNAIL_BYTES ? asset.r2_key : null,
    contentUrl: null,
    raw: asset,
  }
}

function altOf({ metadata }: VaultAsset): string {
  const { alt } = JSON.parse(metadata) as { alt?: unknown }
  return typeof alt === 'string' ? alt : ''
}

function factsFrom(asset: VaultAsset): ReturnType<ShowcaseSource['facts']> {
  return factsOf({
    Type: asset.mime_type,
    Size: describeSize(asset.size),
    Dimensions: describePixels(asset.width, asset.height),
    Partition: asset.partition,
    Collection: asset.collection,
    Channel: asset.channel,
    'Key in the storage': asset.r2_key,
    Metadata: asset.metadata === '{}' ? '' : asset.metadata,
    Added: describeTime(asset.created_at),
  })
}
