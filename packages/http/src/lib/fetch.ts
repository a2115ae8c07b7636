import type { HttpApi } from './api.ts'
import type { HttpRequest, RequestPlace } from './request.ts'
import { type HttpResponse, isFileBody } from './response.ts'

/**
 * Answers a `Request` through the same handler as every binding. For bindings whose router cuts off a part of the path; where there is
 * none, `api.fetch` is all that is needed.
 */
export async function answerFetch(
  { handle, fail }: Pick<HttpApi, 'handle' | 'fail'>,
  request: Request,
  place?: RequestPlace,
): Promise<Response> {
  const own = fromFetch(request, place)
  const response = await handle(own)
  try {
    return await toResponse(response)
  } catch (error) {
    return await toResponse(fail(own, error))
  }
}

async function toResponse({ status, headers, body }: HttpResponse): Promise<Response> {
  // A local file is only ever given to a binding that said it takes one.
  if (isFileBody(body)) throw new TypeError('A local file cannot be sent through fetch.')
  // A status without a body must have none at all, not an empty one.
  const init =
    body === null || typeof body === 'string' || body instanceof Uint8Array
      ? (body as Bytes | string | null)
      : await toStream(body, headers['content-length'])
  return new Response(init, { status, headers })
}

function fromFetch(request: Request, place?: RequestPlace): HttpRequest {
  // The path as it was sent: URL keeps escapes, and has already resolved dot segments as every client does.
  const url = new URL(request.url)
  return {
    method: request.method,
    path: place?.path ?? url.pathname,
    mountPath: place?.mountPath ?? '',
    query: url.searchParams,
    header: name => request.headers.get(name),
    // Headers joins repeated lines; a list has no other reading here.
    headerLines: name => {
      const value = request.headers.get(name)
      return value === null ? [] : [value]
    },
    body: request.body,
    signal: request.signal,
    remoteAddress: null,
    disposableChunks: false,
    takesLocalFiles: false,
    native: place?.native ?? request,
  }
}

type Bytes = Uint8Array<ArrayBuffer>

/** Waits for the first chunk: until it is there, a body that fails can still be answered with an error. */
async function toStream(body: AsyncIterable<Uint8Array>, length: string | undefined): Promise<ReadableStream<Bytes>> {
  const iterator = body[Symbol.asyncIterator]()
  let first: IteratorResult<Uint8Array> | null = await iterator.next()
  let left = length === undefined ? null : Number(length)
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const { done, value } = first ?? (await iterator.next())
        first = null
        if (left !== null) left -= value?.length ?? 0
        if (left !== null && (left < 0 || (done && left > 0))) throw new Error('The content ended before its announced length.')
        if (done) controller.close()
        else controller.enqueue(value as Bytes)
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
