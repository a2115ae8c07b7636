import type { AssetItem } from '@stowage/ui'
import { readJson } from '../wire/api-error.ts'
import type { ShowcaseSource, SourceContext } from './api.ts'
import { matching } from './matching.ts'

/** A file, as both APIs of page-assets send it. */
export interface ListedFile {
  readonly id: number
  readonly filename: string
  readonly content_type: string
  readonly size: number
  readonly created_at: string
}

export interface FileList<T> {
  readonly path: string
  /** What the list is called in the answer. */
  readonly name: string
  /** Where the file and a picture of it are. */
  urlsOf(file: T): Pick<AssetItem, 'thumbnailUrl' | 'contentUrl'>
}

/** What the files of a page and those of a team have in common: their lists are whole, so that searching them is done here. */
export function fileListSource<T extends ListedFile>(
  { fetch, token }: SourceContext,
  { path, name, urlsOf }: FileList<T>,
): Omit<ShowcaseSource, 'facts'> {
  const toItem = (file: T): AssetItem => ({
    id: String(file.id),
    title: file.filename,
    filename: file.filename,
    contentType: file.content_type,
    sizeBytes: file.size,
    createdAt: file.created_at,
    tags: [],
    ...urlsOf(file),
    raw: file,
  })
  return {
    filters: ['search', 'type'],
    types: ['image', 'pdf', 'text', 'video', 'audio'],
    maxBytes: 50 * 1024 * 1024,
    async list(query, { signal } = {}) {
      const { [name]: files = [] } = await readJson<Record<string, T[]>>(await fetch(path, { token, signal }))
      const items = files.map(toItem).filter(matching(query))
      return { items, cursor: null, total: items.length }
    },
    async upload(file, { onProgress, signal }) {
      const form = new FormData()
      form.append('file', file)
      return toItem(await readJson(await fetch(path, { method: 'POST', token, form, onProgress, signal })))
    },
    async remove({ id }) {
      await readJson(await fetch(`${path}/${id}`, { method: 'DELETE', token }))
    },
  }
}
