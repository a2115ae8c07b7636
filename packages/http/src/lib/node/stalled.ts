import type { IncomingMessage } from 'node:http'

/** Who answers a request whose body has stopped arriving. */
const listeners = new WeakMap<IncomingMessage, (error: Error) => void>()

/** Asks to be told, instead of the connection being cut, when the client sends too slowly. */
export function onStalled(req: IncomingMessage, listener: (error: Error) => void): void {
  listeners.set(req, listener)
}

/** @returns false when nobody listens */
export function reportStalled(req: IncomingMessage, error: Error): boolean {
  const listener = listeners.get(req)
  listener?.(error)
  return listener !== undefined
}
