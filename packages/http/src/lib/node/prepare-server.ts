import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Clock } from '@stowage/core/contracts'
import { answerClientErrors } from './client-errors.ts'
import { continueOnRead } from './continue-on-read.ts'
import { watchSlowBodies } from './slow-bodies.ts'
import { endStalledReaders } from './stalled-readers.ts'

export interface PrepareServerOptions {
  /** How long a body, or the reading of an answer, may stand still. Default 60,000. */
  readonly idleTimeoutMs?: number
  /** Slowest rate of a body, after the grace period. Default 1024. */
  readonly minBytesPerSecond?: number
  /** Default 30,000. */
  readonly graceMs?: number
  /** How long a connection stays open between requests. Default 65,000: longer than the proxies in front keep theirs. */
  readonly keepAliveTimeoutMs?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/**
 * Makes a `node:http` server fit for uploads of any length: `100 Continue` goes out when a body is first read, so not before
 * authorisation; instead of a limit on the whole request (Node's 300 s) there is one on standing still and one on slowness, both
 * answered with 408; who stops reading an answer is cut off. Bytes that are no HTTP request are answered with problem details. It holds for every route of the server.
 * @returns stops the watch
 */
export function prepareServer(server: Server, options: PrepareServerOptions = {}): () => void {
  server.requestTimeout = 0
  server.keepAliveTimeout = options.keepAliveTimeoutMs ?? 65_000
  const onCheckContinue = (req: IncomingMessage, res: ServerResponse) => {
    continueOnRead(req, res)
    server.emit('request', req, res)
  }
  server.on('checkContinue', onCheckContinue)
  const idleMs = options.idleTimeoutMs ?? 60_000
  const leaveReaders = endStalledReaders(server, idleMs)
  const stop = watchSlowBodies(server, {
    idleMs,
    minBytesPerSecond: options.minBytesPerSecond ?? 1024,
    graceMs: options.graceMs ?? 30_000,
    clock: options.clock ?? timers,
  })
  server.once('close', stop)
  const leaveClientErrors = answerClientErrors(server)
  return () => {
    stop()
    leaveReaders()
    leaveClientErrors()
    server.off('checkContinue', onCheckContinue)
  }
}

const timers: Clock = {
  now: Date.now,
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref()
    return () => clearTimeout(timer)
  },
}
