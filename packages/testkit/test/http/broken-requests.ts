import type { HttpRequest } from '@stowage/http'
import { type Broken, broken, changed, hearing, seeing } from './broken.ts'

/** Loses the headers that it is named. */
const deaf = (name: string, ...rows: string[]) =>
  hearing(`does not hear ${name}`, rows, (each, value) => (each === name ? null : value))

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function chunksOf({ body }: HttpRequest): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body ?? []) chunks.push(chunk)
  return chunks
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

const withBody = (request: HttpRequest, chunks: readonly Uint8Array[]): HttpRequest =>
  changed(request, request.body ? { body: streamOf(chunks) } : {})

async function* withoutNulls(request: HttpRequest): AsyncGenerator<Uint8Array> {
  const text = Buffer.concat(await chunksOf(request)).toString()
  yield Buffer.from(text.replace(/"\w+":null,?/g, ''))
}

const never = new AbortController().signal

/** A second request that asks for the same, by another method. */
const asked = (request: HttpRequest, method: string): HttpRequest => changed(request, { method })

export const brokenRequests: readonly Broken[] = [
  deaf('range', 'H4', 'H5', 'H6'),
  deaf('if-range', 'H10'),
  deaf('if-none-match', 'H11', 'H12', 'H13'),
  deaf('idempotency-key', 'H22'),
  deaf('if-match', 'H11', 'H15'),
  deaf('accept', 'H25', 'H34'),
  deaf('content-encoding', 'H19'),
  deaf('repr-digest', 'H38'),
  deaf('x-request-id', 'H27'),
  deaf('tus-resumable', 'H21', 'H45'),
  deaf('upload-checksum', 'H45'),
  deaf('upload-metadata', 'H20', 'H21', 'H45'),
  deaf('x-http-method-override', 'H45'),
  hearing('takes any unit for bytes', ['H7'], (name, value) =>
    name === 'range' ? (value?.replace(/^\w+=/, 'bytes=') ?? null) : value,
  ),
  hearing('answers the first of several ranges', ['H9'], (name, value) =>
    name === 'range' ? (value?.split(',')[0] ?? null) : value,
  ),
  hearing('takes every body for JSON', ['H19'], (name, value, { method }) => {
    return name === 'content-type' && method === 'PATCH' ? 'application/json' : value
  }),
  hearing('takes a weak ETag for a strong one', ['H10', 'H11', 'H15'], (name, value) => {
    return name === 'if-range' || name === 'if-match' ? (value?.replaceAll('W/', '') ?? null) : value
  }),
  seeing('serves the original for the thumbnail', ['H14', 'H35'], ({ path }) => {
    return { path: path.replace(/derivatives\/thumb$/, 'content') }
  }),
  seeing('decodes paths before they are matched', ['H27'], ({ path }) => ({ path: decoded(path) })),
  seeing('folds the case of paths', ['H27'], ({ path }) => ({ path: path.toLowerCase() })),
  seeing('cuts slashes off', ['H27'], ({ path }) => ({ path: path.replace(/(?<=.)\/+$/, '') })),
  seeing('lets a header override the method', ['H25'], request => {
    return { method: request.header('x-http-method-override') ?? request.method }
  }),
  seeing('sees only the first of two Authorization lines', ['H24'], request => {
    return { headerLines: name => request.headerLines(name).slice(0, 1) }
  }),
  seeing('loses what a patch removes', ['H28'], request => {
    return request.method === 'PATCH' && request.body !== null ? { body: withoutNulls(request) } : {}
  }),
  seeing('swallows aborts', ['H41'], () => ({ signal: never })),
  broken('honours Range on HEAD', ['H2'], {
    handle: inner => async request => {
      if (request.method !== 'HEAD' || request.header('range') === null) return inner(request)
      return { ...(await inner(asked(request, 'GET'))), body: null }
    },
  }),
  broken('collects bodies before it asks who sends them', ['H18'], {
    handle: inner => async request => inner(withBody(request, await chunksOf(request))),
  }),
  broken('has a server that was not prepared', ['H18', 'H27'], { unprepared: true }),
  broken('repeats writes that took long', ['H15', 'H23'], {
    handle: inner => async request => {
      const repeats = request.method === 'DELETE' || (request.method === 'PATCH' && request.header('if-match') !== null)
      if (!repeats) return inner(request)
      const chunks = await chunksOf(request)
      await inner(withBody(request, chunks))
      return inner(withBody(request, chunks))
    },
  }),
]
