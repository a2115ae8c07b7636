import type { Connection } from '../connection.ts'
import type { BodyAnswer, BodyRequest } from '../inputs.ts'
import { sendByFetch } from './send-by-fetch.ts'
import { unlessStalled, type Watched } from './stall.ts'
import { sendByXhr } from './xhr.ts'

export interface Transfer extends Omit<BodyRequest, 'credentials' | 'signal' | 'onSent'>, Watched {
  /** Told how many bytes of the body were sent; of a form, in browsers only. */
  readonly onSent: (bytes: number) => void
}

type Place = Pick<Connection, 'fetch' | 'send'> & { readonly credentials: RequestCredentials }

/** Sends a body and tells how far it is. Gives every answer, of errors too. @throws AssetClientError `network`, also where it stands still */
export function transfer(
  { fetch, send, credentials }: Place,
  { method, url, headers, body, ...rest }: Transfer,
): Promise<BodyAnswer> {
  return unlessStalled(rest, async (signal, moved) => {
    signal.throwIfAborted()
    const onSent = (bytes: number, of: number) => {
      moved(bytes >= of)
      rest.onSent(bytes)
    }
    const request = { method, url, headers, body, credentials, signal, onSent }
    if (send) return send(request)
    return typeof XMLHttpRequest === 'undefined' ? sendByFetch(fetch, request) : sendByXhr(request)
  })
}
