import type { Asset, Assets, LinkOptions, SignedLink, Space } from '@stowage/core'
import { isStowageError } from '@stowage/core/contracts'
import type { PresentContext, RequestContext } from '../profile/present.ts'
import { namesOf, type Urls } from '../routing/urls.ts'
import type { PreparedProfile } from './exchange.ts'

/** What `present` functions are given. */
export function createPresentContext(
  prepared: PreparedProfile,
  context: RequestContext & { readonly space: Space | null },
  assets: Assets,
): PresentContext {
  let made: Urls | null = null
  const urls = (): Urls => {
    made ??= prepared.urls(context.request.mountPath)
    return made
  }
  return {
    ...context,
    kind: prepared.kind,
    url: (operation, values = {}) => urls().of(operation, { ...context.params, ...values }),
    contentUrl: (asset, { versioned = false, params = {} } = {}) =>
      urls().contentOf(asset, { ...context.params, ...params }, versioned),
    derivativeUrl: (asset, name, { params = {} } = {}) => {
      if (signed(assets, asset, { derivative: name }) === null) return null
      return urls().of('derivative', { ...context.params, ...params, ...namesOf(asset), name })
    },
    linkUrl: (asset, options = {}) => {
      const link = signed(assets, asset, options)
      return link && urls().of('linkContent', { ...context.params, token: link.token })
    },
  }
}

/** Options that can't be meant are a mistake of `present`, and none of whoever sent the request. */
function signed(assets: Assets, asset: Asset, options: LinkOptions): SignedLink | null {
  try {
    return assets.linkFor(asset, options)
  } catch (error) {
    if (!isStowageError(error)) throw error
    throw new TypeError(`present: no link can be made: ${error.message}`, { cause: error })
  }
}
