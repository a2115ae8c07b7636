import { StowageError } from '@stowage/core/contracts'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownMembers } from '../body/known-members.ts'
import type { LinkJson } from './asset-json.ts'
import type { Exchange, Handler } from './exchange.ts'
import { presented } from './present-asset.ts'

export const link: Handler = async exchange => {
  const { params, assets, prepared, present } = exchange
  const signed = await assets.createLink(params.id as string, { expiresInSeconds: await lifetime(exchange) })
  const url = present.url('linkContent', { token: signed.token })
  if (url === null)
    throw new StowageError(
      'unsupported',
      'Links cannot be made: the profile has no linkContent path, or it has a parameter without a value.',
    )
  const house = (): LinkJson => ({ url, expiresAt: signed.expiresAt?.toISOString() ?? null })
  const make = prepared.profile.present?.link
  return presented(make === undefined ? house() : make({ ...signed, url }, present), 200, {
    'cache-control': 'private, no-store',
  })
}

async function lifetime({ request, prepared }: Exchange): Promise<number> {
  const fallback = prepared.profile.link?.expiresInSeconds ?? 900
  if (request.method === 'GET' || request.method === 'HEAD') return fallback
  const body = await readJsonObject(request, { types: ['application/json'], maxBytes: 4096, whenAbsent: {} })
  refuseUnknownMembers(body, ['expiresInSeconds'])
  const { expiresInSeconds = fallback } = body
  if (
    typeof expiresInSeconds === 'number' &&
    Number.isInteger(expiresInSeconds) &&
    expiresInSeconds >= 1 &&
    expiresInSeconds <= 604_800
  ) {
    return expiresInSeconds
  }
  throw new StowageError('unprocessable', '/expiresInSeconds must be a whole number from 1 to 604800.', {
    details: { issues: [{ pointer: '/expiresInSeconds', message: 'must be a whole number from 1 to 604800' }] },
  })
}
