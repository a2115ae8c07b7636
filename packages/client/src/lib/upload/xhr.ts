import { type Answer, networkError } from '../connection.ts'
import type { Transfer } from './transfer.ts'

/** Sends with XMLHttpRequest, the only way to watch an upload in a browser. */
export function sendByXhr(request: Transfer & { readonly withCredentials: boolean }): Promise<Answer> {
  const { signal } = request
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const abort = () => xhr.abort()
    signal?.addEventListener('abort', abort)
    // A connection whose network is gone may stand still for minutes.
    addEventListener('offline', abort)
    xhr.onloadend = () => {
      signal?.removeEventListener('abort', abort)
      removeEventListener('offline', abort)
      if (signal?.aborted) reject(signal.reason)
      else if (xhr.status === 0) reject(networkError())
      else resolve({ status: xhr.status, text: xhr.responseText, header: name => xhr.getResponseHeader(name) })
    }
    xhr.upload.onprogress = event => request.onSent(event.loaded)
    xhr.open(request.method, request.url)
    xhr.withCredentials = request.withCredentials
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value)
    xhr.send(request.body)
  })
}
