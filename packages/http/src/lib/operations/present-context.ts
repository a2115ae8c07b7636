import type { Space } from '@stowage/core'
import type { PresentContext, RequestContext } from '../profile/profile.ts'
import type { Urls } from '../routing/urls.ts'
import type { PreparedProfile } from './exchange.ts'

/** What `present` functions are given. */
export function createPresentContext(
  prepared: PreparedProfile,
  context: RequestContext & { readonly space: Space | null },
): PresentContext {
  let made: Urls | null = null
  const urls = (): Urls => {
    made ??= prepared.urls(context.request.mountPath)
    return made
  }
  return {
    ...context,
    url: (operation, values = {}) => urls().of(operation, { ...context.params, ...values }),
    contentUrl: (asset, { versioned = false, params = {} } = {}) =>
      urls().contentOf(asset, { ...context.params, ...params }, versioned),
  }
}
