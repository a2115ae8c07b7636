const mark = Symbol('stowage.reply')

/** A body together with the status and headers it should have. */
export interface Reply {
  readonly [mark]: true
  readonly body: unknown
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Lets a `present` function choose status or headers as well as the body.
 * @example present: { asset: (asset, { operation }) => reply(toWire(asset), { status: operation === 'upload' ? 202 : 200 }) }
 */
export function reply(
  body: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Reply {
  return { [mark]: true, body, ...options }
}

export function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && mark in value
}

/** The body of what a `present` function returned, whichever way. */
export function bodyOf(value: unknown): unknown {
  return isReply(value) ? value.body : value
}
