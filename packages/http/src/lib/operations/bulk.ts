import type { AssetId, BulkResult } from '@stowage/core'
import { isStowageError, StowageError } from '@stowage/core/contracts'
import { readJsonObject } from '../body/json.ts'
import { refuseUnknownMembers } from '../body/known-members.ts'
import type { PresentedResult } from '../profile/present.ts'
import type { HttpResponse } from '../response.ts'
import type { BulkJson } from './asset-json.ts'
import type { Exchange, Handler } from './exchange.ts'
import { presented } from './present-asset.ts'

export const bulkDelete: Handler = async exchange => {
  const { ids } = await readBulk(exchange, ['ids'])
  return answerBulk(exchange, await exchange.assets.deleteMany(ids), 204)
}

export const bulkTag: Handler = async exchange => {
  const { ids, ...tags } = await readBulk(exchange, ['ids', 'add', 'remove'])
  return answerBulk(exchange, await exchange.assets.tagMany(ids, tags), 200)
}

/** As a client says it: the service checks each value. */
interface BulkBody {
  readonly ids: readonly AssetId[]
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
}

async function readBulk(exchange: Exchange, members: readonly (keyof BulkBody)[]): Promise<BulkBody> {
  const { request, prepared } = exchange
  // RFC 9110 §13.1.1: what has no representation of its own matches nothing.
  if (request.header('if-match') !== null)
    throw new StowageError('precondition_failed', 'If-Match is about one asset: leave it out, or change the assets one by one.')
  const maxBytes = prepared.profile.maxJsonBytes ?? 256 * 1024
  try {
    const body = await readJsonObject(request, { types: ['application/json'], maxBytes })
    refuseUnknownMembers(body, members)
    return body as unknown as BulkBody
  } catch (error) {
    // What is too long names too many, as what is shorter may.
    if (!isStowageError(error, 'content_too_large')) throw error
    throw new StowageError('invalid_request', `Name at most 1000 assets at once, in at most ${maxBytes} bytes.`, { cause: error })
  }
}

function answerBulk(exchange: Exchange, outcomes: readonly BulkResult[], status: number): HttpResponse {
  const { prepared, present, partFailures } = exchange
  const failures = partFailures()
  const results = outcomes.map(
    ({ id, asset, error }): PresentedResult => (error ? { id, asset: null, ...failures.of(error) } : { id, asset, status }),
  )
  const failed = results.some(({ error }) => error !== undefined)
  return presented((prepared.profile.present?.bulk ?? toBulkJson)(results, present), 200, {
    ...(failed && { 'x-request-id': failures.requestId }),
    'cache-control': 'private, no-store',
  })
}

function toBulkJson(results: readonly PresentedResult[]): BulkJson {
  return { results: results.map(({ id, status, error }) => ({ id, status, ...(error !== undefined && { error }) })) }
}
