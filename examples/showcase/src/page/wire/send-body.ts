export interface BodyRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: FormData | Blob
  readonly signal?: AbortSignal | undefined
  readonly onProgress: (progress: { readonly loaded: number; readonly total: number | null }) => void
}

/** Like fetch, but tells how far a body has been sent, which in browsers only XMLHttpRequest can. */
export function sendBody(url: string, { method, headers, body, signal, onProgress }: BodyRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const abort = () => xhr.abort()
    signal?.addEventListener('abort', abort, { once: true })
    // A connection whose network is gone may stand still for minutes.
    addEventListener('offline', abort)
    xhr.onloadend = () => {
      signal?.removeEventListener('abort', abort)
      removeEventListener('offline', abort)
      if (signal?.aborted) reject(signal.reason)
      else if (xhr.status === 0) reject(new TypeError('The connection was lost.'))
      else resolve(responseOf(xhr))
    }
    xhr.upload.onprogress = ({ loaded, total, lengthComputable }) =>
      onProgress({ loaded, total: lengthComputable ? total : null })
    xhr.open(method, url)
    xhr.responseType = 'blob'
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    if (signal?.aborted) reject(signal.reason)
    else xhr.send(body)
  })
}

function responseOf(xhr: XMLHttpRequest): Response {
  const headers = new Headers()
  for (const line of xhr.getAllResponseHeaders().trim().split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const body = xhr.status === 204 ? null : (xhr.response as Blob)
  return new Response(body, { status: xhr.status, headers })
}
