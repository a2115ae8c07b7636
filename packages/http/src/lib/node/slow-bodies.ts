import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Clock } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { answerTimeout } from './client-errors.ts'
import { reportStalled } from './stalled.ts'

export interface SlowBodyLimits {
  readonly idleMs: number
  readonly minBytesPerSecond: number
  readonly graceMs: number
  readonly clock: Clock
}

/** One body that is being read. */
interface Watched {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  bytes: number
  /** When bytes last came, or could not be blamed on the client for not coming. */
  activeAt: number
  /** Bytes that the client is ahead of the minimum rate; below zero it is too slow. */
  credit: number
}

/**
 * Cuts off clients that send a body too slowly. Time during which the server itself does not read counts for the client.
 * @returns stops watching
 */
export function watchSlowBodies(server: Server, limits: SlowBodyLimits): () => void {
  const { clock, idleMs, graceMs, minBytesPerSecond } = limits
  const tickMs = Math.max(20, Math.min(2000, idleMs / 4, graceMs / 4))
  const maxCredit = (minBytesPerSecond * Math.max(graceMs, idleMs)) / 1000
  const watched = new Set<Watched>()
  let cancel: (() => void) | null = null

  const tick = () => {
    for (const body of watched) checkBody(body)
    cancel = watched.size === 0 ? null : clock.after(tickMs, tick)
  }
  const checkBody = (body: Watched) => {
    const { req, res } = body
    if (req.complete || req.destroyed) {
      watched.delete(body)
      return
    }
    const received = req.socket.bytesRead
    const news = received - body.bytes
    body.bytes = received
    if (news > 0 || !waitsForClient(req)) body.activeAt = clock.now()
    if (!waitsForClient(req)) return
    body.credit = Math.min(maxCredit, body.credit + news - (minBytesPerSecond * tickMs) / 1000)
    if (clock.now() - body.activeAt >= idleMs || body.credit < 0) {
      watched.delete(body)
      cutOff(req, res)
    }
  }
  const begin = (req: IncomingMessage, res: ServerResponse) => {
    if (req.headers['content-length'] === undefined && req.headers['transfer-encoding'] === undefined) return
    const credit = (minBytesPerSecond * graceMs) / 1000
    watched.add({ req, res, bytes: req.socket.bytesRead, activeAt: clock.now(), credit })
    cancel ??= clock.after(tickMs, tick)
  }
  server.prependListener('request', begin)
  return () => {
    server.off('request', begin)
    cancel?.()
  }
}

// Somebody has begun to read, and there is room: then it is the client that bytes are waited for.
function waitsForClient(req: IncomingMessage): boolean {
  const begun = req.readableFlowing !== null || req.readableDidRead || req.listenerCount('readable') > 0
  return begun && req.readableLength < req.readableHighWaterMark
}

function cutOff(req: IncomingMessage, res: ServerResponse): void {
  const error = new StowageError('request_timeout', 'The body stopped arriving, or came too slowly.')
  if (!res.headersSent && reportStalled(req, error)) return
  answerTimeout(req, res)
}
