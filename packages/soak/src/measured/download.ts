import { createHash } from 'node:crypto'
import { get, type IncomingMessage, request } from 'node:http'
import { BASE_PATH, TOKEN } from './messages.ts'

const authorization = `Bearer ${TOKEN}`

export interface ByteRange {
  readonly first: number
  /** Inclusive. */
  readonly last: number
}

export interface Downloaded {
  readonly status: number
  readonly sizeBytes: number
  readonly sha256: string
}

/** Reads an asset's content to its end. */
export async function download(port: number, id: string, range?: ByteRange): Promise<Downloaded> {
  const headers = { authorization, ...(range && { range: `bytes=${range.first}-${range.last}` }) }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: `${BASE_PATH}/${id}/content`, headers, agent: false }, resolve).on('error', reject)
  })
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  return { status: response.statusCode ?? 0, sizeBytes, sha256: hash.digest('hex') }
}

/** A request for an asset's content, as it goes over the wire. */
export function contentHead(id: string): string {
  return `GET ${BASE_PATH}/${id}/content HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`
}

/** @returns the status */
export function remove(port: number, id: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = `${BASE_PATH}/${id}`
    const sent = request({ port, host: '127.0.0.1', path, method: 'DELETE', headers: { authorization }, agent: false })
    sent.on('error', reject).on('response', response => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
    sent.end()
  })
}
