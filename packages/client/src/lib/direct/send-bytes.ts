import type { Connection } from '../connection.ts'
import { errorOf } from '../error.ts'
import type { Watched } from '../upload/stall.ts'
import { transfer } from '../upload/transfer.ts'
import type { SignedRequest } from './direct-upload.ts'

export interface BytesOptions extends Watched {
  /** Told how many of the bytes were sent. */
  readonly onSent: (bytes: number) => void
  readonly connection: Connection
}

/** Runtimes set these themselves. */
const OWN = new Set(['content-length', 'host'])

/**
 * Makes a signed request with these bytes. Nothing of the API goes along: no token, no cookies.
 * @throws AssetClientError for what is not a success
 */
export async function sendBytes(request: SignedRequest, blob: Blob, options: BytesOptions): Promise<void> {
  const { method, url, fields } = request
  const { signal, stallMs, onSent, connection } = options
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OWN.has(name.toLowerCase())))
  const body = fields ? form(fields, blob) : typed(blob, headers)
  const answer = await transfer(
    { ...connection, credentials: 'omit' },
    // A form is longer than its file.
    { method, url, headers, body, signal, stallMs, onSent: bytes => onSent(Math.min(bytes, blob.size)) },
  )
  if (answer.status < 200 || answer.status > 299) throw errorOf(answer.status, answer.text, answer.header('retry-after'))
  onSent(blob.size)
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
