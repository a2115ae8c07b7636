import type { AssetItem } from '@stowage/ui'
import { readJson } from '../wire/api-error.ts'
import type { ShowcaseSource, SourceContext } from './api.ts'
import { describeSize, describeTime, factsOf } from './describe.ts'
import { matching } from './matching.ts'

interface PageAsset {
  readonly id: number
  readonly filename: string
  readonly content_type: string
  readonly size: number
  readonly url: string
  readonly created_at: string
}

/** The files of a page: its list is whole, so that searching it is done here. */
export function pageAssetsSource({ fetch, token, place, reach }: SourceContext): ShowcaseSource {
  const path = `/api/pages/${place}/assets`
  const toItem = (asset: PageAsset): AssetItem => {
    const contentUrl = reach(asset.url)
    return {
      id: String(asset.id),
      title: asset.filename,
      filename: asset.filename,
      contentType: asset.content_type,
      sizeBytes: asset.size,
      createdAt: asset.created_at,
      tags: [],
      thumbnailUrl: asset.content_type.startsWith('image/') ? contentUrl : null,
      contentUrl,
      raw: asset,
    }
  }
  return {
    filters: ['search', 'type'],
    types: ['image', 'pdf', 'text', 'video', 'audio'],
    maxBytes: 50 * 1024 * 1024,
    async list(query, { signal } = {}) {
      const { assets } = await readJson<{ assets: PageAsset[] }>(await fetch(path, { token, signal }))
      const items = assets.map(toItem).filter(matching(query))
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
