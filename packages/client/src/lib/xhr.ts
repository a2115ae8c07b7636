import { type Answer, networkError } from './connection.ts'

export interface XhrRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly withCredentials: boolean
  readonly body: Blob | FormData
  readonly signal: AbortSignal | undefined
  /** Share of the body that was sent. */
  readonly onFraction: (fraction: number) => void
}

/** Sends with XMLHttpRequest, the only way to watch an upload in a browser. */
export function sendByXhr(request: XhrRequest): Promise<Answer> {
  const { signal } = request
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const abort = () => xhr.abort()
    signal?.addEventListener('abort', abort)
    xhr.onloadend = () => {
      signal?.removeEventListener('abort', abort)
      if (signal?.aborted) reject(signal.reason)
      else if (xhr.status === 0) reject(networkError())
      else resolve({ status: xhr.status, text: xhr.responseText, header: name => xhr.getResponseHeader(name) })
    }
    xhr.upload.onprogress = event => {
      if (event.total > 0) request.onFraction(event.loaded / event.total)
    }
    xhr.open(request.method, request.url)
    xhr.withCredentials = request.withCredentials
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value)
    xhr.send(request.body)
  })
}
