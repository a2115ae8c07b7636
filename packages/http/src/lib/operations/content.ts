import { StowageError } from '@stowage/core/contracts'
import { answerContent } from '../content/answer-content.ts'
import { contentVersion } from '../routing/urls.ts'
import type { Handler } from './exchange.ts'
import { assetName } from './record.ts'

export const content: Handler = async exchange => {
  const { request, assets, actor, prepared, contents } = exchange
  const found = await assets.content(assetName(exchange))
  const version = request.query.get('v')
  if (version !== null && version !== contentVersion(found.asset.sha256)) {
    throw new StowageError('not_found', 'These bytes have been replaced since this URL was made.')
  }
  // What was given to nobody in particular may be given to anyone; what somebody's credentials opened may not.
  const sharing = { public: actor === null && found.asset.visibility === 'public', versioned: version !== null }
  return answerContent(found, { request, sharing, contents, delivery: prepared.profile.delivery ?? {} })
}

/** Public as the bytes that it was made of are; of a private asset nobody keeps a copy. */
export const derivative: Handler = async exchange => {
  const { request, params, assets, actor, prepared, contents } = exchange
  const found = await assets.derivative(assetName(exchange), params.name as string)
  const open = found.asset.visibility === 'public'
  const sharing = { public: actor === null && open, versioned: false, noStore: !open }
  return answerContent(found, { request, sharing, contents, delivery: prepared.profile.delivery ?? {} })
}

/** The signed link is all the permission there is: no credentials are asked for. */
export const linkContent: Handler = async ({ request, params, openLink, prepared, contents }) => {
  const found = await openLink(params.token as string, { accept: request.header('accept') })
  if (found.asset.kind !== prepared.kind.name) throw new StowageError('not_found', 'There is nothing here.')
  const answer = await answerContent(found, {
    request,
    contents,
    sharing: { public: false, versioned: false },
    delivery: { crossOriginResourcePolicy: 'cross-origin', ...prepared.profile.delivery },
  })
  const vary = found.variesByAccept ? { vary: 'Accept' } : {}
  return { ...answer, headers: { ...answer.headers, 'referrer-policy': 'no-referrer', ...vary } }
}
