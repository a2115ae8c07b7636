import assert from 'node:assert/strict'
import type { Answer, Sent } from './answer.ts'
import { parseAnswer } from './parse-answer.ts'
import { rawSocket } from './raw-socket.ts'

/** Sends one request as bytes, on a connection of its own that must end behind the answer. */
export async function sendBySocket(port: number, path: string, sent: Sent): Promise<Answer> {
  const socket = rawSocket(port)
  socket.write(requestBytes(path, sent))
  const received = await socket.ended
  const { answer, rest } = parseAnswer(received, sent.method ?? 'GET')
  assert.equal(rest.toString('latin1', 0, 200), '', `bytes behind the answer to ${sent.method ?? 'GET'} ${path}`)
  return answer
}

function requestBytes(path: string, { method = 'GET', headers = {}, body }: Sent): Buffer {
  const lines = Object.entries({ host: 'localhost', connection: 'close', ...framing(body), ...headers })
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), payload(body)])
}

function framing(body: Sent['body']): Record<string, string> {
  if (body === undefined) return {}
  return isPieces(body) ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(Buffer.byteLength(body)) }
}

function payload(body: Sent['body']): Buffer {
  if (body === undefined) return Buffer.alloc(0)
  if (!isPieces(body)) return Buffer.from(body as string)
  const chunks = body.map(piece => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`)
  return Buffer.from(`${chunks.join('')}0\r\n\r\n`)
}

export function isPieces(body: Sent['body']): body is readonly string[] {
  return Array.isArray(body)
}
