import type { BodyView } from './exchange.ts'
import { type FormRequest, sendForm } from './send-form.ts'
import type { WireLog } from './wire-log.ts'

export interface Call {
  readonly method?: string
  /** Null for nobody. */
  readonly token: string | null
  readonly json?: unknown
  readonly form?: FormData
  readonly onProgress?: FormRequest['onProgress'] | undefined
  readonly signal?: AbortSignal | undefined
}

export type TracedFetch = (path: string, call: Call) => Promise<Response>

const SHOWN_CHARACTERS = 20_000

/** Sends requests as the page's identity, and tells the log of each and of its answer. Cookies of the examples' own pages stay out. */
export function createTracedFetch(log: WireLog): TracedFetch {
  return async (path, call) => {
    const { method = 'GET', signal } = call
    const headers = headersOf(call)
    const id = log.begin({
      method,
      path,
      requestHeaders: Object.entries(headers),
      requestBody: sentBody(call),
      ofFile: path.endsWith('/content') || !/^\/(api|v1)\//.test(path),
      startedAt: new Date(),
    })
    const started = performance.now()
    try {
      const body = call.form ?? (call.json === undefined ? undefined : JSON.stringify(call.json))
      const response =
        call.form && call.onProgress
          ? await sendForm(path, { method, headers, body: call.form, signal, onProgress: call.onProgress })
          : await fetch(path, {
              method,
              headers,
              credentials: 'omit',
              cache: 'no-store',
              ...(body && { body }),
              ...(signal && { signal }),
            })
      const tookMs = performance.now() - started
      log.end(id, {
        answer: { status: response.status, tookMs, headers: [...response.headers], body: await receivedBody(response) },
      })
      return response
    } catch (error) {
      log.end(id, { failure: signal?.aborted ? 'Cancelled here.' : error instanceof Error ? error.message : String(error) })
      throw error
    }
  }
}

function headersOf({ token, json }: Call): Record<string, string> {
  return {
    ...(token !== null && { Authorization: `Bearer ${token}` }),
    ...(json !== undefined && { 'Content-Type': 'application/json' }),
  }
}

function sentBody({ json, form }: Call): BodyView | null {
  if (json !== undefined) return { kind: 'text', text: JSON.stringify(json, null, 2) }
  if (!form) return null
  return {
    kind: 'form',
    parts: [...form].map(([name, value]) => [name, typeof value === 'string' ? value : describeFile(value)]),
  }
}

const describeFile = ({ name, type, size }: File): string => `${name} (${type || 'no type'}, ${size.toLocaleString('en')} bytes)`

/** Of a copy, so that the answer itself can still be read. Files are not read twice. */
async function receivedBody(response: Response): Promise<BodyView | null> {
  const contentType = response.headers.get('content-type') ?? ''
  if (!contentType.includes('json')) {
    const sizeBytes = Number(response.headers.get('content-length') ?? 0)
    return contentType === '' || response.status === 204 ? null : { kind: 'bytes', contentType, sizeBytes }
  }
  const text = await response.clone().text()
  try {
    return { kind: 'text', text: cut(JSON.stringify(JSON.parse(text), null, 2)) }
  } catch {
    return { kind: 'text', text: cut(text) }
  }
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS
    ? text
    : `${text.slice(0, SHOWN_CHARACTERS)}\n… ${text.length - SHOWN_CHARACTERS} more characters`
}
