import type { LinkOptions } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownMembers } from '../body/known-members.ts'
import type { LinkJson } from './asset-json.ts'
import type { Exchange, Handler } from './exchange.ts'
import { presented } from './present-asset.ts'

export const link: Handler = async exchange => {
  const { params, assets, prepared, present } = exchange
  const signed = await assets.createLink(params.id as string, await wanted(exchange))
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

/** What the request says of its link. Transforms of any measure are for the server's own code: each is a picture to be made and kept. */
async function wanted({ request, prepared }: Exchange): Promise<LinkOptions> {
  const fallback = prepared.profile.link?.expiresInSeconds ?? 900
  if (request.method === 'GET' || request.method === 'HEAD') return { expiresInSeconds: fallback }
  const body = await readJsonObject(request, { types: ['application/json'], maxBytes: 4096, whenAbsent: {} })
  refuseUnknownMembers(body, ['expiresInSeconds', 'derivative'])
  const { expiresInSeconds = fallback, derivative } = body
  if (!isLifetime(expiresInSeconds)) throw wrong('/expiresInSeconds', 'must be a whole number from 1 to 604800')
  if (derivative === undefined) return { expiresInSeconds }
  if (typeof derivative !== 'string') throw wrong('/derivative', 'must be a string')
  return { expiresInSeconds, derivative }
}

function isLifetime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 604_800
}

function wrong(pointer: string, message: string): StowageError {
  return new StowageError('unprocessable', `${pointer} ${message}.`, { details: { issues: [{ pointer, message }] } })
}
