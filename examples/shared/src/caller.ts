import type { RunningExample } from './start-example.ts'

export interface Call {
  readonly as?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BodyInit
  /** Sent as JSON, in place of `body`. */
  readonly json?: unknown
}

/** Form fields in order: text, or a file. */
export type Fields = readonly (readonly [name: string, value: string | File])[]

/** Speaks to a running example as its document says. */
export function callerOf({ origin }: RunningExample) {
  const call = (path: string, { as, json, headers, ...init }: Call = {}): Promise<Response> => {
    const authorization: Record<string, string> = as ? { authorization: `Bearer ${as}` } : {}
    const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const url = path.startsWith('http') ? path : `${origin}${path}`
    return fetch(url, { redirect: 'manual', ...init, ...body, headers: { ...authorization, ...type, ...headers } })
  }
  const answer = async <T = unknown>(path: string, options?: Call): Promise<[status: number, body: T]> => {
    const response = await call(path, options)
    const text = await response.text()
    return [response.status, text === '' ? null : JSON.parse(text)]
  }
  const postForm = <T = unknown>(path: string, as: string, fields: Fields): Promise<[status: number, body: T]> => {
    const body = new FormData()
    for (const [name, value] of fields) body.append(name, value)
    return answer<T>(path, { as, method: 'POST', body })
  }
  return { call, answer, postForm }
}
