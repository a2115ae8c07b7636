import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { StowageErrorCode } from '@stowage/core/contracts'
import { PROBLEM_TYPE, toProblem } from '../errors/problem.ts'

interface Answer {
  readonly status: number
  readonly reason: string
  readonly code: StowageErrorCode
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

const MALFORMED: Answer = {
  status: 400,
  reason: 'Bad Request',
  code: 'invalid_request',
  message: 'These bytes are not an HTTP request.',
}
const EXPECTATION: Answer = {
  status: 417,
  reason: 'Expectation Failed',
  code: 'invalid_request',
  message: 'The only expectation that is met here is 100-continue.',
}
const TIMEOUT: Answer = {
  status: 408,
  reason: 'Request Timeout',
  code: 'request_timeout',
  message: 'The request took too long to arrive.',
}
const TUNNEL: Answer = {
  status: 405,
  reason: 'Method Not Allowed',
  code: 'method_not_allowed',
  message: 'This server opens no tunnels.',
  headers: { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' },
}
const ANSWERS: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: 'Request Header Fields Too Large',
    code: 'invalid_request',
    message: 'The headers of the request are too long.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: TIMEOUT,
}

/**
 * Answers what never reaches a handler (bytes that are no request, unknown expectations) with problem details instead of an empty page,
 * and ends the connection.
 * @returns goes back to Node's own way
 */
export function answerClientErrors(server: Server): () => void {
  const onClientError = (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) socket.destroy(error)
    else answerAndEnd(socket, ANSWERS[error.code ?? ''] ?? MALFORMED, error)
  }
  // Without a listener Node closes the connection and says nothing. RFC 9110 §9.3.6
  const onConnect = (_req: IncomingMessage, socket: Duplex) => {
    if (server.listenerCount('connect') === 1) answerAndEnd(socket.on('error', ignore), TUNNEL)
  }
  server.on('clientError', onClientError).on('checkExpectation', refuseExpectation).on('connect', onConnect)
  return () => void server.off('clientError', onClientError).off('checkExpectation', refuseExpectation).off('connect', onConnect)
}

/**
 * Answers 408 to a request that somebody else means to answer once its body has come, such as Express with its own 404, and ends the connection.
 * Its response stays untouched: whoever writes to it later finds it as a client that has left leaves it.
 */
export function answerTimeout(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req
  // Behind others on the connection it has no turn to be answered in.
  if (res.headersSent || res.socket === null || !socket.writable) socket.destroy()
  else answerAndEnd(socket, TIMEOUT)
}

function answerAndEnd(socket: Duplex, answer: Answer, error?: Error): void {
  // Destroyed, and not only ended: a handler may still wait for the rest of its body.
  socket.end(bytesOf(answer), () => socket.destroy(error))
}

function refuseExpectation(_req: IncomingMessage, res: ServerResponse): void {
  const { headers, body } = problemOf(EXPECTATION)
  res.writeHead(EXPECTATION.status, EXPECTATION.reason, headers).end(body)
}

// As Node itself does: within an answer that has begun, more bytes would be taken for its body.
function isAnswering(socket: Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent === true
}

function bytesOf(answer: Answer): string {
  const { headers, body } = problemOf(answer)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${answer.status} ${answer.reason}\r\n${lines.join('')}\r\n${body}`
}

function problemOf({ status, code, message, headers: more }: Answer) {
  const requestId = randomUUID()
  const body = JSON.stringify(toProblem({ code, status, message, details: {}, errors: [], requestId }))
  const headers = {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    Connection: 'close',
    ...more,
  }
  return { headers, body }
}

/** The connection ends either way. */
const ignore = () => undefined
