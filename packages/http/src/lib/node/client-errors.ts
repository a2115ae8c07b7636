import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { StowageErrorCode } from '@stowage/core/contracts'
import { PROBLEM_TYPE, toProblem } from '../errors/problem.ts'

interface Answer {
  readonly status: number
  readonly reason: string
  readonly code: StowageErrorCode
  readonly message: string
}

const MALFORMED: Answer = {
  status: 400,
  reason: 'Bad Request',
  code: 'invalid_request',
  message: 'These bytes are not an HTTP request.',
}
const ANSWERS: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: 'Request Header Fields Too Large',
    code: 'invalid_request',
    message: 'The headers of the request are too long.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: 'Request Timeout',
    code: 'request_timeout',
    message: 'The request took too long to arrive.',
  },
}

/**
 * Answers bytes that are no request, which never reach a handler, with problem details instead of an empty page, and ends the connection.
 * @returns goes back to Node's own way
 */
export function answerClientErrors(server: Server): () => void {
  const onClientError = (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) socket.destroy(error)
    // Destroyed, and not only ended: a handler may still wait for the rest of its body.
    else socket.end(bytesOf(ANSWERS[error.code ?? ''] ?? MALFORMED), () => socket.destroy(error))
  }
  server.on('clientError', onClientError)
  return () => void server.off('clientError', onClientError)
}

// As Node itself does: within an answer that has begun, more bytes would be taken for its body.
function isAnswering(socket: Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent === true
}

function bytesOf({ status, reason, code, message }: Answer): string {
  const requestId = randomUUID()
  const body = JSON.stringify(toProblem({ code, status, message, details: {}, errors: [], requestId }))
  const headers = [
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  return `HTTP/1.1 ${status} ${reason}\r\n${headers.join('\r\n')}\r\n\r\n${body}`
}
