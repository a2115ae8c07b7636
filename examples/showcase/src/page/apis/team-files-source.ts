import type { AssetItem } from '@stowage/ui'
import { readBlob, readJson } from '../wire/api-error.ts'
import type { ShowcaseSource, SourceContext } from './api.ts'
import { describeSize, describeTime, factsOf } from './describe.ts'
import { matching } from './matching.ts'

interface TeamFile {
  readonly id: number
  readonly filename: string
  readonly content_type: string
  readonly size: number
  readonly created_by: string
  readonly created_at: string
}

/** There are no thumbnails: pictures up to this show themselves. */
const OWN_THUMBNAIL_BYTES = 2 * 1024 * 1024

/** The files of a team. They have no addresses of their own: reading one takes a signed link. */
export function teamFilesSource({ fetch, token, place, reach }: SourceContext): ShowcaseSource {
  const path = `/api/pages/${place.replace('/team', '')}/team-files`
  const toItem = (file: TeamFile): AssetItem => ({
    id: String(file.id),
    title: file.filename,
    filename: file.filename,
    contentType: file.content_type,
    sizeBytes: file.size,
    createdAt: file.created_at,
    tags: [],
    thumbnailUrl: file.content_type.startsWith('image/') && file.size <= OWN_THUMBNAIL_BYTES ? String(file.id) : null,
    contentUrl: null,
    raw: file,
  })
  const signedLink = async ({ id }: AssetItem, signal?: AbortSignal): Promise<string> => {
    const { url } = await readJson<{ url: string }>(await fetch(`${path}/${id}/download`, { token, signal }))
    return url
  }
  return {
    filters: ['search', 'type'],
    types: ['image', 'pdf', 'text', 'video', 'audio'],
    maxBytes: 50 * 1024 * 1024,
    async list(query, { signal } = {}) {
      const { files } = await readJson<{ files: TeamFile[] }>(await fetch(path, { token, signal }))
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
    open: async (item, _what, { signal } = {}) =>
      readBlob(await fetch(reach(await signedLink(item, signal)), { token: null, signal })),
    link: item => signedLink(item),
    linkHint: () => 'The link is signed, works without signing in, and ends after 15 minutes.',
    facts: ({ raw }) => {
      const file = raw as TeamFile
      return factsOf({
        Type: file.content_type,
        Size: describeSize(file.size),
        'Added by': file.created_by,
        Added: describeTime(file.created_at),
      })
    },
  }
}
