import { Readable } from 'node:stream'
import type { Storage } from '@google-cloud/storage'
import { StowageError } from '@stowage/core/contracts'
import { broken, type Refusal, refused, throwIfAborted } from './errors.ts'
import { IdleLimit } from './idle-limit.ts'
import type { RequestBody, ServiceAnswer, ServiceRequest, StreamedAnswer } from './requests.ts'
import { pause } from './retry.ts'
import { textOf } from './xml.ts'

export interface ServiceOptions {
  /** A request that stands still for so long is given up. */
  readonly timeoutMs: number
  /** How often a request is sent at most. */
  readonly tries: number
}

/** The service, by the client library's own authenticated requests. */
export class Service {
  readonly storage: Storage
  readonly #options: ServiceOptions

  constructor(storage: Storage, options: ServiceOptions) {
    this.storage = storage
    this.#options = options
  }

  get tries(): number {
    return this.#options.tries
  }

  /** Sends a request once. @returns whatever the service answered, refusals included @throws StowageError where nothing was */
  async once(request: ServiceRequest): Promise<ServiceAnswer> {
    const limit = this.#limit(request)
    try {
      const { status, headers, data } = await this.#send(request, limit, 'text')
      return { status, headers, text: typeof data === 'string' ? data : '' }
    } catch (error) {
      throw broken(limit.reasonFor(error), request.doing)
    } finally {
      limit.end()
    }
  }

  /** Sends a request that may be sent twice until it is answered. @throws StowageError for each refusal */
  async ask(request: ServiceRequest): Promise<ServiceAnswer> {
    for (let n = 1; ; n += 1) {
      try {
        const answer = await this.once(request)
        if (answer.status < 300) return answer
        throw refused(refusalIn(answer), request.doing)
      } catch (error) {
        await this.pauseAfter(error, n, request.signal)
      }
    }
  }

  async askJson<T>(request: ServiceRequest): Promise<T> {
    return jsonIn(await this.ask(request), request.doing)
  }

  /** The body comes as a stream, which the caller ends. */
  async askStream(request: ServiceRequest): Promise<StreamedAnswer & { readonly limit: IdleLimit }> {
    for (let n = 1; ; n += 1) {
      try {
        return await this.#streamOnce(request)
      } catch (error) {
        await this.pauseAfter(error, n, request.signal)
      }
    }
  }

  /** Waits before the next try; throws where none would help. @param n how many were made */
  async pauseAfter(error: unknown, n: number, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal)
    const again = error instanceof StowageError && error.retryable && n < this.#options.tries
    if (!again) throw error
    await pause(n, signal)
  }

  async #streamOnce(request: ServiceRequest): Promise<StreamedAnswer & { readonly limit: IdleLimit }> {
    const limit = this.#limit(request)
    try {
      const { status, headers, data } = await this.#send(request, limit, 'stream')
      const stream = data as Readable
      // Before its first byte: an error that comes when nobody waits must not end the process. Whoever reads next is told of it.
      stream.on('error', () => limit.pause())
      if (status < 300) return { status, headers, stream, limit }
      const text = await shortText(stream)
      throw refused(refusalIn({ status, headers, text }), request.doing)
    } catch (error) {
      limit.end()
      throw broken(limit.reasonFor(error), request.doing)
    }
  }

  #limit({ doing, signal }: ServiceRequest): IdleLimit {
    throwIfAborted(signal)
    return new IdleLimit(this.#options.timeoutMs, doing, signal)
  }

  async #send(request: ServiceRequest, limit: IdleLimit, responseType: 'text' | 'stream') {
    const { body, method } = request
    const answer = await this.storage.authClient.request<unknown>({
      method,
      url: this.#url(request),
      headers: { 'accept-encoding': 'gzip', ...request.headers, ...(body && headersOf(body)) },
      ...(body && { data: streamOf(body, limit) }),
      responseType,
      signal: limit.signal,
      validateStatus: () => true,
      retry: false,
      // Stored bytes as they are: what was stored in gzip stays in gzip.
      ...{ compress: responseType === 'text', redirect: 'manual' as const },
    })
    return answer
  }

  #url({ path, query = {} }: ServiceRequest): string {
    const url = new URL(path, this.storage.apiEndpoint)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
    return url.href
  }
}

function headersOf({ sizeBytes, contentType }: RequestBody): Record<string, string> {
  return {
    ...(sizeBytes !== undefined && { 'content-length': String(sizeBytes) }),
    ...(contentType !== undefined && { 'content-type': contentType }),
  }
}

/** Bytes that leave are a sign of life. */
function streamOf({ chunks }: RequestBody, limit: IdleLimit): Readable {
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    const source = chunks()
    for await (const chunk of source instanceof Uint8Array ? [source] : source) {
      limit.moved()
      yield chunk
    }
    limit.moved()
  }
  const stream = Readable.from(watched(), { objectMode: false })
  stream.on('error', () => limit.moved())
  return stream
}

async function shortText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    sizeBytes += chunk.byteLength
    if (sizeBytes > 64 * 1024) break
  }
  return Buffer.concat(chunks).toString()
}

/** Why, in the words of either API. */
export function refusalIn({ status, text }: ServiceAnswer): Refusal {
  if (text.includes('<Error>')) return { status, reason: textOf(text, 'Code') ?? '', message: textOf(text, 'Message') ?? '' }
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string; errors?: { reason?: string }[] } }
    if (typeof error === 'object') return { status, reason: error.errors?.[0]?.reason ?? '', message: error.message ?? '' }
  } catch {
    // Proxies answer in words of their own.
  }
  return { status, reason: '', message: text }
}

export function jsonIn<T>({ text }: ServiceAnswer, doing: string): T {
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw new StowageError('bad_gateway', `Could not ${doing}: the answer is no JSON.`, { cause })
  }
}
