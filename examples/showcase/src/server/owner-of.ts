import type { ApiName } from './apis.ts'

/** First segments of the documented paths; the longest that fits owns a path, whatever is asked of it. */
const owned: readonly (readonly [prefix: string, owner: ApiName])[] = [
  ['/api/v1/vaults', 'vaults'],
  ['/objects/vaults', 'vaults'],
  ['/api/v1', 'asset-library'],
  ['/uploads', 'asset-library'],
  ['/objects/asset-library', 'asset-library'],
  ['/api', 'page-assets'],
  ['/pages', 'page-assets'],
  ['/page-assets.js', 'page-assets'],
  ['/team-files', 'page-assets'],
  ['/objects/page-assets', 'page-assets'],
  ['/v1', 'product-images'],
  ['/images', 'product-images'],
  ['/objects/product-images', 'product-images'],
]

/**
 * Which API answers at a path, also where it answers that there is nothing, or that the method is wrong.
 * @returns null for paths of the page itself, and of nobody
 */
export function ownerOf(path: string): ApiName | null {
  const lower = path.toLowerCase()
  const [, owner] = owned.find(([prefix]) => lower === prefix || lower.startsWith(`${prefix}/`)) ?? []
  return owner ?? null
}

/** Path of a request target. RFC 9112 §3.2: it may be a whole URL. */
export function pathOf(target = '/'): string {
  const relative = target.replace(/^https?:\/\/[^/?#]+/i, '')
  const [path = ''] = relative.split('?', 1)
  return path === '' ? '/' : path
}
