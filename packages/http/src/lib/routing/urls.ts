import type { Asset } from '@stowage/core'
import type { Operation } from '../profile/operation.ts'
import { fillTemplate, type Template } from './template.ts'

export type UrlValues = Readonly<Record<string, string | number | null | undefined>>

/** Makes the URLs of one profile: absolute where a public URL is configured, never from what a request claims. */
export interface Urls {
  /** Null where the profile lacks the operation or a parameter has no value. */
  of(operation: Operation, values: UrlValues): string | null
  contentOf(asset: Asset, values: UrlValues, versioned: boolean): string | null
}

export function createUrls(
  templates: Readonly<Partial<Record<Operation, Template>>>,
  publicUrl: string,
  mountPath: string,
): Urls {
  const origin = publicUrl.replace(/\/+$/, '')
  const of = (operation: Operation, values: UrlValues): string | null => {
    const template = templates[operation]
    const path = template === undefined ? null : fillTemplate(template, name => values[name])
    return path === null ? null : `${origin}${mountPath}${path}`
  }
  return {
    of,
    contentOf: (asset, values, versioned) => {
      if (asset.sha256 === null) return null
      const url = of('content', { ...values, ...namesOf(asset) })
      return url !== null && versioned ? `${url}?v=${contentVersion(asset.sha256)}` : url
    },
  }
}

/** The path parameters that name an asset. */
export function namesOf({ id, filename, slug }: Asset): UrlValues {
  return { id, filename, slug }
}

/** How a URL names the bytes it means: 64 bits of their digest. */
export function contentVersion(sha256: string): string {
  return sha256.slice(0, 16)
}
