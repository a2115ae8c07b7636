import type { AssetContent } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { answerContent, type DeliveryContext } from '../content/answer-content.ts'
import { contentVersion, createUrls } from '../routing/urls.ts'
import type { Exchange, Handler } from './exchange.ts'
import { assetName } from './record.ts'

export const content: Handler = async exchange => {
  const { assets, actor } = exchange
  const found = await assets.content(assetName(exchange))
  // What was given to nobody in particular may be given to anyone; what somebody's credentials opened may not.
  const sharing = { public: actor === null && found.asset.visibility === 'public', versioned: namesVersion(exchange, found) }
  return answerContent(found, { ...delivering(exchange), sharing })
}

/** Public as the bytes that it was made of are; of a private asset nobody keeps a copy. */
export const derivative: Handler = async exchange => {
  const { params, assets, actor } = exchange
  const found = await assets.derivative(assetName(exchange), params.name as string)
  const open = found.asset.visibility === 'public'
  const sharing = { public: actor === null && open, versioned: namesVersion(exchange, found), noStore: !open }
  return answerContent(found, { ...delivering(exchange), sharing })
}

/** The signed link is all the permission there is: no credentials are asked for. */
export const linkContent: Handler = async exchange => {
  const { request, params, openLink, prepared, now } = exchange
  const found = await openLink(params.token as string, { accept: request.header('accept') })
  if (found.asset.kind !== prepared.kind.name) throw new StowageError('not_found', 'There is nothing here.')
  const answer = await answerContent(found, {
    ...delivering(exchange),
    remainingSeconds: found.expiresAt && (found.expiresAt.getTime() - now()) / 1000,
    sharing: { public: false, versioned: false },
    delivery: { crossOriginResourcePolicy: 'cross-origin', ...prepared.profile.delivery },
  })
  const vary = found.variesByAccept ? { vary: 'Accept' } : {}
  return { ...answer, headers: { ...answer.headers, 'referrer-policy': 'no-referrer', ...vary } }
}

/** @throws StowageError `not_found` where the URL names other bytes than the present ones */
function namesVersion({ request }: Exchange, { asset }: AssetContent): boolean {
  const version = request.query.get('v')
  if (version === null) return false
  if (version === contentVersion(asset.sha256)) return true
  throw new StowageError('not_found', 'These bytes have been replaced since this URL was made.')
}

function delivering({ request, operation, params, prepared, contents }: Exchange): Omit<DeliveryContext, 'sharing'> {
  return {
    request,
    contents,
    delivery: prepared.profile.delivery ?? {},
    deliver: prepared.deliver,
    remainingSeconds: null,
    urlAt(baseUrl, query) {
      const url = createUrls(prepared.templates, baseUrl, request.mountPath).of(operation, params)
      return url && `${url}?${query}`
    },
  }
}
