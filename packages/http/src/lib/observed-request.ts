import type { StartedActivity, Telemetry } from '@stowage/core/contracts'
import { type ApiContext, handleRequest } from './handle-request.ts'
import type { HttpRequest } from './request.ts'
import { type HttpResponse, isFileBody } from './response.ts'

// RFC 9110 and RFC 5789; anything else is one name, so that strangers can't make up labels.
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'])

/**
 * Answers a request and tells of it, from its head to the last byte of its answer.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export async function observedRequest(api: ApiContext, telemetry: Telemetry, request: HttpRequest): Promise<HttpResponse> {
  const method = METHODS.has(request.method) ? request.method : '_OTHER'
  const route = routeOf(api, request)
  const started = telemetry.start({
    area: 'http',
    name: [method === '_OTHER' ? 'HTTP' : method, route].filter(Boolean).join(' '),
    attributes: { 'http.request.method': method, ...(route !== null && { 'http.route': route }) },
    header: name => request.header(name),
  })
  const response = await started.within(() => handleRequest(api, request))
  return { ...response, body: observedBody(response, started) }
}

/** The template, never the path. */
function routeOf({ router }: ApiContext, { method, path }: HttpRequest): string | null {
  const resource = router.match(path)?.resource
  const route = resource?.routes.get(method) ?? resource?.routes.values().next().value
  return route?.template.text ?? null
}

function observedBody({ status, body }: HttpResponse, started: StartedActivity): HttpResponse['body'] {
  const end = (bytes: number, failed?: { readonly error: unknown }): void => {
    const attributes = { 'http.response.status_code': status, ...(status >= 500 && { 'error.type': String(status) }) }
    started.end({ bytes, attributes, ...failed })
  }
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
    end(body === null ? 0 : Buffer.byteLength(body))
    return body
  }
  if (!isFileBody(body)) return observedStream(body, end)
  const { file } = body
  const handle = {
    fd: file.handle.fd,
    read: file.handle.read.bind(file.handle),
    async close() {
      end(body.end - body.start)
      await file.handle.close()
    },
  }
  return { ...body, file: { ...file, handle } }
}

/** Not a generator: an answer that is never sent is let go before its first byte. */
function observedStream(
  body: AsyncIterable<Uint8Array>,
  end: (bytes: number, failed?: { readonly error: unknown }) => void,
): AsyncIterable<Uint8Array> {
  let bytes = 0
  const source = body[Symbol.asyncIterator]()
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      try {
        const result = await source.next()
        if (result.done) end(bytes)
        else bytes += result.value.byteLength
        return result
      } catch (error) {
        end(bytes, { error })
        throw error
      }
    },
    async return() {
      end(bytes)
      await source.return?.()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}
