import type { AssetItem } from '@stowage/ui'
import { readJson } from '../wire/api-error.ts'
import type { ShowcaseSource, SourceContext } from './api.ts'
import { describePixels, describeSize, describeTime, factsOf } from './describe.ts'
import { splitTags } from './split-tags.ts'

interface ProductImage {
  readonly asset_id: string
  readonly name: string
  readonly status: 'processing' | 'ready' | 'failed'
  readonly url: string
  readonly thumbnail_url: string
  readonly width: number | null
  readonly height: number | null
  /** Not in lists. */
  readonly file_size?: number
  readonly format?: string
  readonly tags: readonly string[]
  readonly created_at: string
}

interface Page {
  readonly assets: readonly ProductImage[]
  readonly total: number
  readonly limit: number
  readonly offset: number
  readonly has_more: boolean
}

const LIMIT = '12'

export function productImagesSource({ fetch, token, filters, reach }: SourceContext): ShowcaseSource {
  const toItem = (image: ProductImage): AssetItem => ({
    id: image.asset_id,
    title: image.name,
    filename: image.name,
    contentType: image.format ? `image/${image.format}` : 'image/*',
    sizeBytes: image.file_size ?? 0,
    createdAt: image.created_at,
    tags: image.tags,
    thumbnailUrl: image.status === 'ready' ? reach(image.thumbnail_url) : null,
    contentUrl: reach(image.url),
    state: image.status,
    raw: image,
  })
  const make = async (init: Parameters<typeof fetch>[1]) =>
    toItem(await readJson<ProductImage>(await fetch('/v1/training-asset', { ...init, method: 'POST' })))
  return {
    filters: [],
    accept: 'image/jpeg,image/png,image/webp',
    maxBytes: 10 * 1024 * 1024,
    async list({ cursor = '0' }, { signal } = {}) {
      const { tags = '', ...others } = filters
      const wanted = splitTags(tags).join(',')
      const params = new URLSearchParams({ ...others, ...(wanted && { tags: wanted }), limit: LIMIT, offset: cursor })
      const page = await readJson<Page>(await fetch(`/v1/my-uploaded-assets?${params}`, { token, signal }))
      const next = page.has_more ? String(page.offset + page.limit) : null
      return { items: page.assets.map(toItem), cursor: next, total: page.total }
    },
    upload(file, { onProgress, signal, fields = {} }) {
      const form = new FormData()
      form.append('name', String(fields.name || file.name.replace(/\.\w+$/, '')))
      for (const tag of splitTags(String(fields.tags ?? ''))) form.append('tags[]', tag)
      form.append('file', file)
      return make({ token, form, onProgress, signal })
    },
    async remove({ id }) {
      await readJson(await fetch(`/v1/assets/${id}`, { method: 'DELETE', token }))
    },
    async reload({ id }) {
      return toItem(await readJson<ProductImage>(await fetch(`/v1/assets/${id}`, { token })))
    },
    link: async ({ raw }) => (raw as ProductImage).url,
    linkHint: () => 'Whoever has the link sees the image; it can’t be guessed.',
    facts: ({ raw }) => factsFrom(raw as ProductImage),
    extras: [
      {
        title: 'Import from the web',
        button: 'Import',
        fields: [
          {
            name: 'url',
            label: 'Address of a picture',
            kind: 'text',
            required: true,
            placeholder: 'https://example.com/product.jpg',
            hint: 'Addresses inside private networks are refused: try http://127.0.0.1/',
          },
          { name: 'name', label: 'Name', kind: 'text', placeholder: 'What it shows' },
        ],
        run: ({ url, name }) => make({ token, json: { url, ...(name && { name }) } }),
      },
    ],
  }
}

function factsFrom(image: ProductImage): ReturnType<ShowcaseSource['facts']> {
  return factsOf({
    Status: image.status,
    Format: image.format,
    Size: image.file_size === undefined ? '' : describeSize(image.file_size),
    Dimensions: describePixels(image.width, image.height),
    Id: image.asset_id,
    Added: describeTime(image.created_at),
  })
}
