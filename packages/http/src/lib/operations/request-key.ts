import type { Assets } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { Exchange } from './exchange.ts'

const HEADER = 'idempotency-key'
/** Of a quoted string only quotes and backslashes are escaped. RFC 9651 §3.3.3 */
const QUOTED = /^"((?:[!#-[\]-~]|\\["\\])*)"$/
/** As most clients send it: all that is visible but quotes, and commas, which would make it a list. */
const BARE = /^[!#-+\--~]+$/
const MAX_CHARS = 255

/**
 * The key that names a request which makes an asset; read before its body.
 * @throws StowageError `invalid_request` for one that is malformed or sent twice, or missing where the profile demands it
 * @see draft-ietf-httpapi-idempotency-key-header §2
 */
export function requestKey({ request, prepared }: Pick<Exchange, 'request' | 'prepared'>): { readonly idempotencyKey?: string } {
  if (request.header(HEADER) === null) {
    if (prepared.profile.idempotency?.required !== true) return {}
    throw bad(
      'Send an Idempotency-Key: a text of your choice, such as a UUID, that is the same when you send this request again.',
    )
  }
  const lines = request.headerLines(HEADER)
  const key = lines.length === 1 ? keyIn(lines[0]?.trim() ?? '') : null
  if (key !== null && key !== '' && key.length <= MAX_CHARS) return { idempotencyKey: key }
  throw bad(`The Idempotency-Key must be one text of 1 to ${MAX_CHARS} visible ASCII characters, quoted or not.`)
}

/** The same assets, where all that is made goes by the key of the request. */
export function keyedAssets(exchange: Exchange): Pick<Assets, 'upload' | 'import' | 'create'> {
  const { assets } = exchange
  const key = requestKey(exchange)
  if (key.idempotencyKey === undefined) return assets
  return {
    upload: input => assets.upload({ ...input, ...key }),
    import: input => assets.import({ ...input, ...key }),
    create: input => assets.create({ ...input, ...key }),
  }
}

function keyIn(value: string): string | null {
  const quoted = QUOTED.exec(value)?.[1]
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, '$1')
  return BARE.test(value) ? value : null
}

function bad(message: string): StowageError {
  return new StowageError('invalid_request', message, { details: { field: 'Idempotency-Key' } })
}
