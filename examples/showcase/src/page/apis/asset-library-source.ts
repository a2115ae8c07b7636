import type { AssetItem } from '@stowage/ui'
import { readBlob, readJson } from '../wire/api-error.ts'
import type { Extra, Field, ShowcaseSource, SourceContext, Values } from './api.ts'
import { describePixels, describeSize, describeTime, factsOf } from './describe.ts'

interface LibraryAsset {
  readonly id: string
  readonly title: string
  readonly slug: string
  readonly description: string | null
  readonly asset_type: string
  readonly file_path: string | null
  readonly file_size: number | null
  readonly mime_type: string | null
  readonly thumbnail_path: string | null
  readonly page_count: number | null
  readonly word_count?: number | null
  readonly width?: number | null
  readonly height?: number | null
  readonly external_url?: string
  readonly video_embed?: string | null
  readonly download_count: number
  readonly is_public: boolean
  readonly created_at: string
}

interface Page {
  readonly data: readonly LibraryAsset[]
  readonly pagination: { readonly page: number; readonly total: number; readonly total_pages: number }
}

const PATH = '/api/v1/assets'
const PER_PAGE = 12
const PROCESSING_MS = 120_000

export function assetLibrarySource({ fetch, token, filters }: SourceContext): ShowcaseSource {
  const make = async (init: { json: unknown } | { form: FormData }) =>
    toItem((await readJson<{ data: LibraryAsset }>(await fetch(PATH, { method: 'POST', token, ...init }))).data)
  return {
    filters: ['search'],
    maxBytes: 100 * 1024 * 1024,
    async list({ search, cursor = '1' }, { signal } = {}) {
      const params = new URLSearchParams({
        page: cursor,
        per_page: String(PER_PAGE),
        ...(search && { search }),
        ...wireFilters(filters),
      })
      const { data, pagination } = await readJson<Page>(await fetch(`${PATH}?${params}`, { token, signal }))
      const more = pagination.page < pagination.total_pages
      return { items: data.map(toItem), cursor: more ? String(pagination.page + 1) : null, total: pagination.total }
    },
    async upload(file, { onProgress, signal, fields = {} }) {
      const form = new FormData()
      form.append('title', String(fields.title || file.name))
      form.append('asset_type', typeOf(file))
      form.append('is_public', fields.is_public === 'true' ? 'true' : 'false')
      form.append('file', file)
      const { data } = await readJson<{ data: LibraryAsset }>(
        await fetch(PATH, { method: 'POST', token, form, onProgress, signal }),
      )
      return toItem(data)
    },
    async remove({ id }) {
      await readJson(await fetch(`${PATH}/${id}`, { method: 'DELETE', token }))
    },
    async reload({ id }) {
      return toItem((await readJson<{ data: LibraryAsset }>(await fetch(`${PATH}/${id}`, { token }))).data)
    },
    async open({ raw }, what, { signal } = {}) {
      const { file_path, thumbnail_path } = raw as LibraryAsset
      return readBlob(await fetch((what === 'thumbnail' ? thumbnail_path : file_path) ?? '', { token, signal }))
    },
    link: async ({ raw }) => linkOf(raw as LibraryAsset),
    linkHint: ({ raw }) => {
      const { is_public, file_path } = raw as LibraryAsset
      if (file_path === null) return 'The link leads to where it lies.'
      return is_public
        ? 'The link is public, and each visit counts as a download.'
        : 'The link answers only with a key that may see it: make it public first.'
    },
    facts: ({ raw }) => factsFrom(raw as LibraryAsset),
    editable: ({ raw }) => fieldsOf(raw as LibraryAsset),
    async save({ id }, { title, description, is_public }) {
      const json = { title, description, is_public: is_public === 'true' }
      return toItem((await readJson<{ data: LibraryAsset }>(await fetch(`${PATH}/${id}`, { method: 'PATCH', token, json }))).data)
    },
    extras: [linkExtra(json => make({ json }))],
  }
}

function toItem(asset: LibraryAsset): AssetItem {
  return {
    id: asset.id,
    title: asset.title,
    filename: asset.file_path?.split('/').at(-1) ?? '',
    contentType: asset.mime_type ?? (asset.asset_type === 'external_video' ? 'video/elsewhere' : 'text/uri-list'),
    sizeBytes: asset.file_size ?? 0,
    createdAt: asset.created_at,
    tags: asset.is_public ? [] : ['private'],
    thumbnailUrl: asset.thumbnail_path,
    contentUrl: asset.external_url ?? (asset.is_public ? asset.file_path : null),
    state: isYoung(asset) ? 'processing' : 'ready',
    raw: asset,
  }
}

/** This API does not say how far a thumbnail is: where a new file has none, it is asked for again. */
function isYoung({ mime_type, thumbnail_path, created_at }: LibraryAsset): boolean {
  const shown = mime_type?.startsWith('image/') || mime_type === 'application/pdf'
  return Boolean(shown) && thumbnail_path === null && Date.now() - Date.parse(created_at) < PROCESSING_MS
}

function wireFilters({ asset_type, sort = '' }: Values): Values {
  const [column, order] = sort.split(':')
  return { ...(asset_type && { asset_type }), ...(column && order && { sort: column, order }) }
}

/** The API holds the bytes against it: only what is recognised has a type of its own. */
function typeOf({ type }: File): string {
  const [family = ''] = type.split('/')
  if (type === 'application/pdf') return 'pdf'
  return ['image', 'video', 'audio'].includes(family) ? family : 'document'
}

const linkOf = ({ external_url, file_path }: LibraryAsset): string =>
  external_url ?? new URL(file_path ?? '', location.origin).href

function factsFrom(asset: LibraryAsset): ReturnType<ShowcaseSource['facts']> {
  return factsOf({
    Type: asset.mime_type ?? asset.asset_type.replace('_', ' '),
    Size: asset.file_size === null ? null : describeSize(asset.file_size),
    Dimensions: describePixels(asset.width, asset.height),
    Pages: asset.page_count,
    Words: asset.word_count,
    Address: asset.external_url,
    Embedded: asset.video_embed,
    Downloads: asset.download_count,
    Seen: asset.is_public ? 'by everyone' : 'by its maker and the admin',
    Slug: asset.slug,
    Added: describeTime(asset.created_at),
  })
}

function fieldsOf({ title, description, is_public }: LibraryAsset): readonly Field[] {
  return [
    { name: 'title', label: 'Title', kind: 'text', value: title, required: true },
    { name: 'description', label: 'Description', kind: 'text', value: description ?? '' },
    { name: 'is_public', label: 'Public: everyone may see it', kind: 'check', value: String(is_public) },
  ]
}

function linkExtra(make: (json: unknown) => Promise<AssetItem>): Extra {
  return {
    title: 'Add a link or video',
    button: 'Add',
    fields: [
      { name: 'external_url', label: 'Address', kind: 'text', required: true, placeholder: 'https://youtube.com/watch?v=…' },
      { name: 'title', label: 'Title', kind: 'text', required: true, placeholder: 'What it is called' },
    ],
    run({ external_url = '', title }) {
      const asset_type = /youtu\.?be|vimeo/.test(external_url) ? 'external_video' : 'link'
      return make({ title, asset_type, external_url, is_public: true })
    },
  }
}
