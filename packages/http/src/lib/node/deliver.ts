import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpApi } from '../api.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import type { BufferPool } from './buffer-pool.ts'
import { sendResponse } from './send-response.ts'

/** Where an answer goes. */
export interface NodeExchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly pool: BufferPool
}

/** Sends a response, or the answer to its failing. Never rejects. */
export async function deliver(api: HttpApi, request: HttpRequest, response: HttpResponse, to: NodeExchange): Promise<void> {
  const { req, res, pool } = to
  try {
    await sendResponse(req, res, response, pool)
  } catch (error) {
    // Logged in any case; sent only while nothing else was.
    const failure = api.fail(request, error)
    if (!res.headersSent && !res.destroyed) await sendResponse(req, res, failure, pool).catch(() => res.destroy())
  }
}
