/** An error, as far as the elements look at it. */
export interface Trouble {
  readonly error: unknown
  /** The API's own words; empty where it said none, or where no answer came. */
  readonly detail: string
  readonly kind: TroubleKind
  readonly retryAfterSeconds: number | null
}

/** What can be done about it. */
export type TroubleKind =
  | 'network'
  | 'signedOut'
  | 'forbidden'
  | 'missing'
  | 'tooLarge'
  | 'full'
  | 'wrongType'
  | 'conflict'
  | 'tooMany'
  | 'server'
  | 'refused'

const BY_STATUS: Readonly<Record<number, TroubleKind>> = {
  401: 'signedOut',
  403: 'forbidden',
  404: 'missing',
  409: 'conflict',
  410: 'missing',
  412: 'conflict',
  413: 'tooLarge',
  415: 'wrongType',
  429: 'tooMany',
  507: 'full',
}

export function troubleOf(error: unknown): Trouble {
  const { code, status, message, retryAfterSeconds } = Object(error) as Record<string, unknown>
  const kind = kindOf(code, typeof status === 'number' ? status : null, error)
  const words = typeof message === 'string' && kind !== 'network' ? message : ''
  return { error, kind, detail: words, retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : null }
}

function kindOf(code: unknown, status: number | null, error: unknown): TroubleKind {
  if (code === 'quota_exceeded' || code === 'insufficient_storage') return 'full'
  // What fetch throws where no answer came.
  if (code === 'network' || status === 0 || (status === null && error instanceof TypeError)) return 'network'
  if (status === null) return 'refused'
  return BY_STATUS[status] ?? (status >= 500 ? 'server' : 'refused')
}
