import type { Asset, WriteGuard } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { judgeConditions } from '../content/conditions.ts'
import type { Exchange } from './exchange.ts'

/**
 * The conditions of a request that writes.
 * @throws StowageError `precondition_failed`; `precondition_required` where the profile demands If-Match and it is absent
 */
export async function writeGuard(exchange: Exchange): Promise<WriteGuard> {
  const { request, prepared } = exchange
  const ifMatch = request.header('if-match')
  if (ifMatch === null && prepared.profile.update?.requireIfMatch === true) {
    throw new StowageError('precondition_required', 'Send If-Match with the ETag that you have seen.')
  }
  // RFC 9110 §13.2.2: If-Match goes before If-Unmodified-Since.
  const since = ifMatch === null ? request.header('if-unmodified-since') : null
  if (since !== null || request.header('if-none-match') !== null) return judgedGuard(exchange, { ifMatch, since })
  return ifMatch === null ? {} : { ifMatch }
}

interface Asked {
  readonly ifMatch: string | null
  readonly since: string | null
}

/** Judges what the service does not know, and holds the write to the state it was judged on. */
async function judgedGuard({ request, operation, params, assets }: Exchange, { ifMatch, since }: Asked): Promise<WriteGuard> {
  const id = params.id as string
  await assets.authorize(operation === 'delete' ? 'delete' : 'update', id)
  const asset = await assets.get({ id })
  const conditions: Readonly<Record<string, string | null>> = {
    'if-none-match': request.header('if-none-match'),
    'if-unmodified-since': since,
  }
  if (etagsOf(asset).every(etag => holds(name => conditions[name] ?? null, etag, asset)))
    return { ifMatch: ifMatch ?? asset.etag }
  throw new StowageError('precondition_failed', 'The asset is in the state that If-None-Match or If-Unmodified-Since excludes.')
}

function holds(header: (name: string) => string | null, etag: string, { updatedAt }: Asset): boolean {
  return judgeConditions(header, { etag, lastModified: updatedAt }) === 'proceed'
}

function etagsOf({ etag, contentEtag }: Asset): string[] {
  return contentEtag === null ? [etag] : [etag, contentEtag]
}
