import type { AssetItem } from '@stowage/ui'
import { html, type TemplateResult } from 'lit'
import type { ShowcaseSource } from '../apis/api.ts'

/** What a picture is fetched with, where that takes a token; null where it has an address, or there is none. */
export function fetchesPreview(item: AssetItem, source: ShowcaseSource): boolean {
  return source.open !== undefined && item.thumbnailUrl !== null
}

/** A file as it is shown beside its record. @param fetched address of what was fetched for it */
export function preview(item: AssetItem, source: ShowcaseSource, fetched: string | null): TemplateResult {
  const { contentType, contentUrl, thumbnailUrl, title } = item
  const [family] = contentType.split('/')
  if (fetchesPreview(item, source))
    return fetched ? picture(fetched, title) : html`<div class="preview empty" aria-busy="true"></div>`
  if (family === 'image' && contentUrl) return picture(contentUrl, title)
  if (thumbnailUrl) return picture(thumbnailUrl, title)
  if (family === 'video' && contentUrl?.startsWith('/'))
    return html`<div class="preview"><video controls preload="metadata" src=${contentUrl}></video></div>`
  if (family === 'audio' && contentUrl)
    return html`<div class="preview"><audio controls preload="metadata" src=${contentUrl}></audio></div>`
  return html`<div class="preview empty"><span class="kind">${kindOf(item)}</span></div>`
}

const picture = (url: string, title: string): TemplateResult => html`<div class="preview"><img src=${url} alt=${title}></div>`

function kindOf({ contentType, filename }: AssetItem): string {
  const [, extension] = /\.(\w{1,5})$/.exec(filename) ?? []
  if (contentType === 'video/elsewhere') return 'Video elsewhere'
  return extension?.toUpperCase() ?? 'Link'
}
