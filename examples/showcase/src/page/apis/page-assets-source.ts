import { readJson } from '../wire/api-error.ts'
import type { ShowcaseSource, SourceContext } from './api.ts'
import { describeSize, describeTime, factsOf } from './describe.ts'
import { fileListSource, type ListedFile } from './file-list-source.ts'

interface PageAsset extends ListedFile {
  readonly url: string
}

/** The files of a page. They have addresses that anyone may read. */
export function pageAssetsSource(context: SourceContext): ShowcaseSource {
  const { fetch, token, place, reach } = context
  const path = `/api/pages/${place}/assets`
  const urlsOf = ({ url, content_type }: PageAsset) => {
    const contentUrl = reach(url)
    return { contentUrl, thumbnailUrl: content_type.startsWith('image/') ? contentUrl : null }
  }
  return {
    ...fileListSource<PageAsset>(context, { path, name: 'assets', urlsOf }),
    link: async ({ raw }) => (raw as PageAsset).url,
    linkHint: () => 'The link is public and lasts until the file is deleted.',
    facts: ({ raw }) => {
      const asset = raw as PageAsset
      return factsOf({
        Type: asset.content_type,
        Size: describeSize(asset.size),
        Added: describeTime(asset.created_at),
        Address: asset.url,
      })
    },
    extras: [
      {
        title: 'Make a picture',
        button: 'Generate',
        fields: [
          {
            name: 'prompt',
            label: 'Picture of',
            kind: 'text',
            required: true,
            placeholder: 'A lighthouse in the fog',
            hint: 'Drawn by a built-in placeholder, or by a real model where the server has a key.',
          },
          {
            name: 'aspectRatio',
            label: 'Shape',
            kind: 'choice',
            value: '16:9',
            choices: ['1:1', '16:9', '9:16', '4:3', '3:4'].map(ratio => [ratio, ratio] as const),
          },
        ],
        run: async values => readJson(await fetch(`${path}/generate`, { method: 'POST', token, json: values })),
      },
    ],
  }
}
