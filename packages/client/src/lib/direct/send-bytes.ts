import { networkError } from '../connection.ts'
import { errorOf } from '../error.ts'
import { counted, readBlob, toStream } from '../send-file.ts'
import { sendByXhr } from '../xhr.ts'
import type { SignedRequest } from './direct-upload.ts'

export interface BytesOptions {
  readonly signal: AbortSignal
  /** Told how many of the bytes were sent. */
  readonly onSent: (bytes: number) => void
  readonly fetch: typeof fetch
}

/** Runtimes set these themselves. */
const OWN = new Set(['content-length', 'host'])

/**
 * Makes a signed request with these bytes. Nothing of the API goes along: no token, no cookies to other origins.
 * @throws AssetClientError for what is not a success
 */
export async function sendBytes(request: SignedRequest, blob: Blob, options: BytesOptions): Promise<void> {
  const { signal, onSent } = options
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OWN.has(name.toLowerCase())))
  const body = request.fields ? form(request.fields, blob) : typed(blob, headers)
  const target = { method: request.method, url: request.url, headers, signal }
  signal.throwIfAborted()
  const answer =
    typeof XMLHttpRequest === 'undefined'
      ? await sendByFetch({ ...target, body }, options)
      : await sendByXhr({ ...target, body, withCredentials: false, onFraction: share => onSent(Math.round(share * blob.size)) })
  if (answer.status < 200 || answer.status > 299) throw errorOf(answer.status, answer.text, answer.header('retry-after'))
  onSent(blob.size)
}

type Target = Pick<SignedRequest, 'method' | 'url' | 'headers'> & {
  readonly body: Blob | FormData
  readonly signal: AbortSignal
}

async function sendByFetch({ url, method, headers, body, signal }: Target, { fetch, onSent }: BytesOptions) {
  // Node's fetch goes on reading a body whose request has ended: the stream must end by itself.
  const over = new AbortController()
  const init: RequestInit = { method, headers, signal, credentials: 'omit' }
  if (body instanceof FormData) init.body = body
  else {
    const stream = toStream(
      counted(readBlob(body), body.size, ({ loaded }) => onSent(loaded)),
      over.signal,
    )
    // Storages want to know the length beforehand.
    Object.assign(init, { body: stream, duplex: 'half', headers: { ...headers, 'content-length': String(body.size) } })
  }
  try {
    const response = await fetch(url, init)
    return { status: response.status, text: await response.text(), header: (name: string) => response.headers.get(name) }
  } catch (error) {
    signal.throwIfAborted()
    throw networkError(error)
  } finally {
    over.abort()
  }
}

/** The type of a file is sent only where it was signed. */
function typed(blob: Blob, headers: Readonly<Record<string, string>>): Blob {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  return blob.slice(0, blob.size, type ?? '')
}

function form(fields: Readonly<Record<string, string>>, blob: Blob): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  data.append('file', typed(blob, {}), 'file')
  return data
}
