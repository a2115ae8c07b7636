import type { AssetItem } from '@stowage/ui'
import { readBlob, readJson } from '../wire/api-error.ts'
import type { ShowcaseSource, SourceContext } from './api.ts'
import { describeSize, describeTime, factsOf } from './describe.ts'
import { fileListSource, type ListedFile } from './file-list-source.ts'

interface TeamFile extends ListedFile {
  readonly created_by: string
}

/** There are no thumbnails: pictures up to this show themselves. */
const OWN_THUMBNAIL_BYTES = 2 * 1024 * 1024

/** The files of a team. They have no addresses of their own: reading one takes a signed link. */
export function teamFilesSource(context: SourceContext): ShowcaseSource {
  const { fetch, token, place, reach } = context
  const path = `/api/pages/${place.replace('/team', '')}/team-files`
  const urlsOf = ({ id, content_type, size }: TeamFile) => ({
    contentUrl: null,
    thumbnailUrl: content_type.startsWith('image/') && size <= OWN_THUMBNAIL_BYTES ? String(id) : null,
  })
  const signedLink = async ({ id }: AssetItem, signal?: AbortSignal): Promise<string> => {
    const { url } = await readJson<{ url: string }>(await fetch(`${path}/${id}/download`, { token, signal }))
    return url
  }
  return {
    ...fileListSource<TeamFile>(context, { path, name: 'files', urlsOf }),
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
