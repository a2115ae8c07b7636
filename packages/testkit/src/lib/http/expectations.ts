import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Answer } from './wire/answer.ts'

/** The answer has these headers, exactly; null: not that one. */
export function hasHeaders(answer: Answer, expected: Readonly<Record<string, string | null>>, what = ''): void {
  const actual = Object.fromEntries(Object.keys(expected).map(name => [name, answer.headers[name] ?? null]))
  assert.deepEqual(actual, expected, what)
}

export function hasStatus(answer: Answer, status: number, what = ''): void {
  assert.equal(answer.status, status, `${what} ${answer.text.slice(0, 300)}`)
}

/** RFC 9457, and nothing that speaks of the inside. */
export function isProblem(answer: Answer, status: number, what = ''): void {
  hasStatus(answer, status, what)
  assert.equal(answer.headers['content-type'], 'application/problem+json', what)
  hasHeaders(answer, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }, what)
  const { type, title, detail, code, status: inBody, requestId } = answer.json
  assert.equal(inBody, status, what)
  assert.equal(type, `urn:stowage:problem:${code}`, what)
  for (const text of [title, detail, requestId]) assert.ok(typeof text === 'string' && text !== '', what)
  assert.doesNotMatch(answer.text, /\bat .*:\d+:\d+|node_modules|node:|Error:|ENOENT|SQLITE|\.ts\b/, what)
}

/** `value` has all members of `expected`, with equal values. */
export function has(value: object, expected: Readonly<Record<string, unknown>>, what = ''): void {
  const actual = Object.fromEntries(Object.keys(expected).map(name => [name, Reflect.get(value, name)]))
  assert.deepEqual(actual, expected, what)
}

export const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Value of Repr-Digest or Content-Digest. */
export const digestOf = (bytes: string | Uint8Array) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`

/** Headers that differ from answer to answer, or belong to the connection or the framework. */
const PASSING: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive', 'x-request-id', 'x-powered-by'])

export function lastingHeaders({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !PASSING.has(name))
      .sort(),
  )
}
