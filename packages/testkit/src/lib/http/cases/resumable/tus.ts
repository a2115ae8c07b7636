import assert from 'node:assert/strict'
import { hasStatus } from '../../expectations.ts'
import type { Answer } from '../../wire/answer.ts'
import { as, type World } from '../../world/world.ts'

/** Where uploads begin. */
export const AT = '/notes/uploads/resumable'
/** What none ever was. */
export const NONE = `${AT}/${'0'.repeat(32)}`
export const BYTES = 'application/offset+octet-stream'
export const VERSION = { 'tus-resumable': '1.0.0' }
export const FOX = 'The quick brown fox jumps over the lazy dog.'

type Headers = Readonly<Record<string, string>>

/** One request of the protocol, as alice. */
export function tus(world: World, request: string, headers: Headers = {}, body?: string): Promise<Answer> {
  const [method = '', path = ''] = request.split(' ')
  const sent = { method, headers: { ...as('alice'), ...VERSION, ...headers } }
  return world.send(path, body === undefined ? sent : { ...sent, body })
}

/** Begins an upload. @returns its path */
export async function begin(world: World, lengthBytes: number | null = FOX.length, headers: Headers = {}): Promise<string> {
  const length = lengthBytes === null ? { 'upload-defer-length': '1' } : { 'upload-length': String(lengthBytes) }
  const answer = await tus(world, `POST ${AT}`, { ...length, ...headers })
  hasStatus(answer, 201)
  return new URL(answer.headers.location ?? '').pathname
}

export function patch(world: World, path: string, offsetBytes: number, body: string, headers: Headers = {}): Promise<Answer> {
  return tus(world, `PATCH ${path}`, { 'content-type': BYTES, 'upload-offset': String(offsetBytes), ...headers }, body)
}

/** Where the next bytes begin, as HEAD tells. */
export async function offsetOf(world: World, path: string): Promise<number> {
  const answer = await tus(world, `HEAD ${path}`)
  hasStatus(answer, 200)
  return Number(answer.headers['upload-offset'])
}

/** Sends what is left, and finds the asset. @returns its text */
export async function finish(world: World, path: string, body = FOX): Promise<string> {
  const offsetBytes = await offsetOf(world, path)
  const last = await patch(world, path, offsetBytes, body.slice(offsetBytes))
  hasStatus(last, 204)
  const id = last.headers['stowage-asset']
  assert.ok(id !== undefined, 'the last bytes make the asset')
  return (await world.send(`/notes/${id}/content`)).text
}

export const metadataOf = (pairs: Readonly<Record<string, string>>): Record<string, string> => ({
  'upload-metadata': Object.entries(pairs)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(','),
})
