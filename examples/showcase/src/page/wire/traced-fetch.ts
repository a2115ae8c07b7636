import type { BodyView } from './exchange.ts'
import { formKey } from './form-key.ts'
import { type BodyRequest, sendBody } from './send-body.ts'
import { traced } from './traced.ts'
import type { WireLog } from './wire-log.ts'

export interface Call {
  readonly method?: string
  /** Null for nobody. */
  readonly token: string | null
  readonly json?: unknown
  readonly form?: FormData
  readonly onProgress?: BodyRequest['onProgress'] | undefined
  readonly signal?: AbortSignal | undefined
}

export type TracedFetch = (path: string, call: Call) => Promise<Response>

/** How the page asks. */
export const PLAIN = { credentials: 'omit', cache: 'no-store' } as const satisfies RequestInit

/** Sends requests as the page's identity, and tells the log of each and of its answer. Cookies of the examples' own pages stay out. */
export function createTracedFetch(log: WireLog): TracedFetch {
  return (path, call) => {
    const { method = 'GET', signal } = call
    const headers = headersOf(call)
    return traced(log, { method, path, headers, body: sentBody(call), signal }, async () => {
      if (call.form && call.onProgress)
        return sendBody(path, { method, headers, body: call.form, signal, onProgress: call.onProgress })
      const body = call.form ?? (call.json === undefined ? undefined : JSON.stringify(call.json))
      return fetch(path, { ...PLAIN, method, headers, ...(body && { body }), ...(signal && { signal }) })
    })
  }
}

function headersOf({ token, json, form }: Call): Record<string, string> {
  const key = form ? formKey(form) : null
  return {
    ...(token !== null && { Authorization: `Bearer ${token}` }),
    ...(json !== undefined && { 'Content-Type': 'application/json' }),
    ...(key !== null && { 'Idempotency-Key': key }),
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
