import { gzipSync } from 'node:zlib'
import type { HttpResponse } from '@stowage/http'
import { answering, type Broken, broken, losing, without } from './broken.ts'

const bytesOf = ({ body }: HttpResponse) => (body instanceof Uint8Array ? body : null)

function compressed(response: HttpResponse): HttpResponse {
  const bytes = bytesOf(response)
  if (bytes === null) return response
  const body = gzipSync(bytes)
  return {
    ...response,
    body,
    headers: { ...response.headers, 'content-encoding': 'gzip', 'content-length': String(body.length) },
  }
}

function asPage(response: HttpResponse): HttpResponse {
  const body = Buffer.from(`<!doctype html><title>Error ${response.status}</title>`)
  const headers = { ...response.headers, 'content-type': 'text/html', 'content-length': String(body.length) }
  return response.status < 400 ? response : { ...response, headers, body }
}

/** Ends a stream that failed as if that were all. */
async function* hushed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch {
    return
  }
}

const kept = new Map<string, HttpResponse>()

export const brokenAnswers: readonly Broken[] = [
  losing('accept-ranges', 'H3'),
  losing('content-range', 'H4', 'H5', 'H6'),
  losing('accept-post', 'H19'),
  losing('accept-patch', 'H19'),
  losing('location', 'H21'),
  losing('www-authenticate', 'H24', 'H27'),
  losing('allow', 'H25'),
  losing('retry-after', 'H26'),
  losing('x-content-type-options', 'H31'),
  losing('content-security-policy', 'H32'),
  losing('cross-origin-resource-policy', 'H33'),
  losing('vary', 'H34'),
  losing('cache-control', 'H13', 'H35', 'H45'),
  losing('repr-digest', 'H38'),
  losing('link', 'H39'),
  losing('referrer-policy', 'H44'),
  losing('tus-resumable', 'H45'),
  losing('tus-version', 'H45'),
  losing('upload-offset', 'H21', 'H45'),
  losing('upload-expires', 'H21', 'H45'),
  losing('stowage-asset', 'H21', 'H45'),
  answering('turns 304 into 200', ['H11', 'H12', 'H13'], response => {
    return response.status === 304 ? { ...response, status: 200 } : response
  }),
  answering('loses the ETag of 304', ['H13'], response => {
    return response.status === 304 ? { ...response, headers: without(response.headers, 'etag') } : response
  }),
  answering('folds the case of ETags', ['H10', 'H12', 'H15'], ({ headers, ...rest }) => {
    return { ...rest, headers: { ...headers, ...(headers.etag && { etag: headers.etag.toLowerCase() }) } }
  }),
  answering('weakens ETags', ['H10', 'H14', 'H15'], ({ headers, ...rest }) => {
    return { ...rest, headers: { ...headers, ...(headers.etag && { etag: `W/${headers.etag}` }) } }
  }),
  answering('compresses what it can', ['H4', 'H37', 'H46'], compressed),
  answering('sends errors as pages', ['H6', 'H24', 'H27'], asPage),
  answering('has no range of an empty file', ['H8'], (response, request) => {
    const empty = response.headers['content-length'] === '0' && request.header('range') !== null
    return empty ? { ...response, status: 416, headers: { ...response.headers, 'content-range': 'bytes */0' } } : response
  }),
  answering('knows one status for wrong bodies', ['H20'], response => {
    return response.status === 422 ? { ...response, status: 400 } : response
  }),
  answering('knows no status for what is too large', ['H17', 'H42'], response => {
    return response.status === 413 ? { ...response, status: 400 } : response
  }),
  answering('takes a failed condition for a failure of its own', ['H11', 'H15', 'H16'], response => {
    return response.status === 412 ? { ...response, status: 500 } : response
  }),
  answering('answers DELETE with 200', ['H23'], (response, { method }) => {
    return method === 'DELETE' && response.status === 204 ? { ...response, status: 200 } : response
  }),
  answering('says 403 instead of 404', ['H24', 'H25'], response => {
    return response.status === 404 ? { ...response, status: 403 } : response
  }),
  answering('shows everything in place', ['H30'], ({ headers, ...rest }) => {
    const disposition = headers['content-disposition']?.replace('attachment', 'inline')
    return { ...rest, headers: { ...headers, ...(disposition !== undefined && { 'content-disposition': disposition }) } }
  }),
  answering('sends names as UTF-8 alone', ['H29'], ({ headers, ...rest }) => {
    const disposition = headers['content-disposition']?.replace(/filename="[^"]*"; (?=filename\*)/, '')
    return { ...rest, headers: { ...headers, ...(disposition !== undefined && { 'content-disposition': disposition }) } }
  }),
  answering('lets any origin in', ['H33'], (response, request) => {
    const origin = request.header('origin')
    return origin === null ? response : { ...response, headers: { ...response.headers, 'access-control-allow-origin': origin } }
  }),
  answering('has CORS on success only', ['H33'], response => {
    return response.status < 400 ? response : { ...response, headers: without(response.headers, 'access-control-allow-origin') }
  }),
  answering('calls everything public', ['H34', 'H35'], response => {
    return { ...response, headers: { ...response.headers, 'cache-control': 'public, max-age=60' } }
  }),
  answering('writes the host of the request into its answers', ['H40'], (response, request) => {
    const location = response.headers.location?.replace('assets.example.com', request.header('host') ?? '')
    return { ...response, headers: { ...response.headers, ...(location !== undefined && { location }) } }
  }),
  answering('hushes up a stream that fails', ['H41'], response => {
    const { body, headers } = response
    if (body === null || typeof body === 'string' || body instanceof Uint8Array || 'file' in body) return response
    return { ...response, headers: without(headers, 'content-length'), body: hushed(body) }
  }),
  answering('keeps a part and gives it for the whole', ['H4'], (response, { method, path }) => {
    const before = kept.get(path)
    if (method === 'GET' && response.status === 206) kept.set(path, response)
    return method === 'GET' && response.status === 200 && before !== undefined ? before : response
  }),
  broken('answers HEAD with a body', ['H1', 'H46'], {
    listener: inner => (req, res) => {
      if (req.method === 'HEAD') Object.assign(res, { _hasBody: true, req: Object.assign(req, { method: 'GET' }) })
      inner(req, res)
    },
  }),
  broken('answers a link as it did before', ['H44'], {
    handle: inner => {
      const links = new Map<string, HttpResponse>()
      return async request => {
        const before = request.method === 'GET' ? links.get(request.path) : undefined
        if (before !== undefined) return before
        const response = await inner(request)
        if (request.path.includes('/links/') && response.status === 200) links.set(request.path, response)
        return response
      }
    },
  }),
]
