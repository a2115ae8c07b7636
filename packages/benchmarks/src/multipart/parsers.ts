import { Busboy as FastifyBusboy } from '@fastify/busboy'
import { createPushParser, parseMultipart } from '@stowage/multipart'
import busboy from 'busboy'
import type { FormBody } from './bodies.ts'

/** What a parser found in one form. */
export interface Found {
  parts: number
  contentBytes: number
}

const limits = { parts: Infinity, fields: Infinity }

/** Each reads one form to its end and counts what it is given. */
export const parsers = {
  'stowage, iterated': async body => {
    const found: Found = { parts: 0, contentBytes: 0 }
    for await (const part of parseMultipart(chunksOf(body), { boundary: body.boundary, limits })) {
      found.parts++
      if (part.kind === 'field') found.contentBytes += part.value.length
      else for await (const bytes of part.body) found.contentBytes += bytes.length
    }
    return found
  },
  'stowage, pushed': async body => {
    const found: Found = { parts: 0, contentBytes: 0 }
    const parser = createPushParser(
      { boundary: body.boundary, limits },
      {
        onField: field => {
          found.parts++
          found.contentBytes += field.value.length
        },
        onFile: () => {
          found.parts++
        },
        onData: bytes => {
          found.contentBytes += bytes.length
        },
        onFileEnd: () => undefined,
      },
    )
    for (const chunk of body.chunks) parser.write(chunk)
    parser.end()
    return found
  },
  busboy: body => throughStream(body, busboy({ headers: headersOf(body), limits: { parts: Infinity, fields: Infinity } })),
  '@fastify/busboy': body => throughStream(body, new FastifyBusboy({ headers: headersOf(body) })),
} satisfies Record<string, (body: FormBody) => Promise<Found>>

export type ParserName = keyof typeof parsers

async function* chunksOf(body: FormBody): AsyncGenerator<Uint8Array> {
  yield* body.chunks
}

function headersOf(body: FormBody) {
  return { 'content-type': `multipart/form-data; boundary=${body.boundary}` }
}

interface Peer {
  on(event: 'file', listener: (name: string, stream: NodeJS.ReadableStream) => void): unknown
  on(event: 'field', listener: (name: string, value: string) => void): unknown
  on(event: 'finish' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  write(chunk: Buffer): boolean
  once(event: 'drain', listener: () => void): unknown
  end(): unknown
}

function throughStream(body: FormBody, peer: Peer): Promise<Found> {
  const found: Found = { parts: 0, contentBytes: 0 }
  return new Promise((resolve, reject) => {
    peer.on('error', reject)
    peer.on('field', (_name, value) => {
      found.parts++
      found.contentBytes += value.length
    })
    peer.on('file', (_name, stream) => {
      found.parts++
      stream.on('data', (bytes: Buffer) => {
        found.contentBytes += bytes.length
      })
    })
    peer.on('finish', () => resolve(found))
    let next = 0
    const feed = (): void => {
      for (let chunk = body.chunks[next]; chunk !== undefined; chunk = body.chunks[next]) {
        next++
        if (!peer.write(chunk)) {
          peer.once('drain', feed)
          return
        }
      }
      peer.end()
    }
    feed()
  })
}
