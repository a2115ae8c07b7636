import type { NodeHttpHandler } from '@smithy/node-http-handler'

type Handle = NodeHttpHandler['handle']
type Handler = Pick<NodeHttpHandler, 'handle' | 'destroy' | 'updateHttpClientConfig' | 'httpHandlerConfigs' | 'metadata'>

const SLOWEST_BYTES_PER_MS = 64

/**
 * Gives each attempt a time until its answer begins: `timeoutMs`, and what sending the body takes at 64 KB/s. The SDK's own limits would also
 * end a download whose reader pauses.
 */
export function limitedHandler(inner: NodeHttpHandler, timeoutMs: number): Handler {
  const handle: Handle = async (request, options = {}) => {
    const limitMs = timeoutMs + bytesOf(request.body) / SLOWEST_BYTES_PER_MS
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), limitMs)
    const signals = [late.signal, options.abortSignal].filter(signal => signal instanceof AbortSignal)
    try {
      return await inner.handle(request, { ...options, abortSignal: AbortSignal.any(signals) })
    } catch (error) {
      if (!late.signal.aborted) throw error
      // The SDK tries again after an error of this name.
      throw Object.assign(new Error(`No answer in ${Math.round(limitMs)} ms.`, { cause: error }), { name: 'TimeoutError' })
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    metadata: inner.metadata,
    handle,
    destroy: () => inner.destroy(),
    updateHttpClientConfig: (key, value) => inner.updateHttpClientConfig(key, value),
    httpHandlerConfigs: () => inner.httpHandlerConfigs(),
  }
}

function bytesOf(body: unknown): number {
  if (typeof body === 'string') return body.length
  return ArrayBuffer.isView(body) ? body.byteLength : 0
}
