import { type AssetClient, AssetClientError, createAssetClient } from '@stowage/client'
import type { BodyView } from './exchange.ts'
import { sendBody } from './send-body.ts'
import { traced } from './traced.ts'
import { PLAIN } from './traced-fetch.ts'
import type { WireLog } from './wire-log.ts'

/** A client of @stowage/client, for an API that has something in common with the house API. The log is told of all its requests. */
export function createTracedClient(log: WireLog, baseUrl: string, token: string | null): AssetClient {
  return createAssetClient({
    baseUrl,
    headers: token === null ? {} : { Authorization: `Bearer ${token}` },
    fetch(input, init = {}) {
      const { method = 'GET', headers, body, signal } = init
      const view: BodyView | null = typeof body === 'string' ? { kind: 'text', text: body } : null
      const sent = { method, path: String(input), headers: headers as Record<string, string>, body: view, signal }
      return traced(log, sent, () => fetch(input, { ...init, ...PLAIN }))
    },
    async send({ method, url, headers, body, signal, onSent }) {
      const view = body instanceof Blob ? bytesOf(body, headers['content-type']) : null
      const onProgress = ({ loaded, total }: { loaded: number; total: number | null }) =>
        onSent(loaded, total ?? Number.POSITIVE_INFINITY)
      const run = () => sendBody(url, { method, headers, body, signal, onProgress })
      try {
        const response = await traced(log, { method, path: url, headers, body: view, signal }, run)
        return { status: response.status, text: await response.text(), header: name => response.headers.get(name) }
      } catch (cause) {
        signal.throwIfAborted()
        throw new AssetClientError('network', 'The connection was lost.', { cause })
      }
    },
  })
}

function bytesOf({ size }: Blob, contentType = ''): BodyView {
  return { kind: 'bytes', contentType, sizeBytes: size }
}
