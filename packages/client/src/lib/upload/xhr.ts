import { networkError } from '../connection.ts'
import type { BodyAnswer, BodyRequest } from '../inputs.ts'

/** Sends with XMLHttpRequest, the only way to watch an upload in a browser. */
export function sendByXhr({ method, url, headers, body, credentials, signal, onSent }: BodyRequest): Promise<BodyAnswer> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const abort = () => xhr.abort()
    signal.addEventListener('abort', abort)
    // A connection whose network is gone may stand still for minutes.
    addEventListener('offline', abort)
    xhr.onloadend = () => {
      signal.removeEventListener('abort', abort)
      removeEventListener('offline', abort)
      if (signal.aborted) reject(signal.reason)
      else if (xhr.status === 0) reject(networkError())
      else resolve({ status: xhr.status, text: xhr.responseText, header: name => xhr.getResponseHeader(name) })
    }
    xhr.upload.onprogress = event => onSent(event.loaded, event.total)
    xhr.open(method, url)
    xhr.withCredentials = credentials === 'include'
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.send(body)
  })
}
