import type { Delivery } from './delivery.ts'
import { toWebServer } from './web-server.ts'

export interface SendfileOptions {
  /** Response header that names the file. Default `X-Sendfile`. */
  readonly header?: string
}

/**
 * Has Apache or Caddy send the bytes, ranges included: the header has the file's absolute path, as it is. Configurations are in the
 * guide on delivery.
 * @throws TypeError for a name that is no header, and when the api is made over a storage without local files
 * @example delivery: { by: sendfile() }
 */
export function sendfile({ header = 'X-Sendfile' }: SendfileOptions = {}): Delivery {
  if (!/^[A-Za-z0-9-]+$/.test(header)) throw new TypeError(`sendfile: ${JSON.stringify(header)} is not the name of a header.`)
  const name = header.toLowerCase()
  return {
    redirectStatus: null,
    prepare: storage =>
      toWebServer('sendfile', storage, (path, headers) => {
        // RFC 9110 §5.5: spaces around a value do not count, so a path that ends with one can't be said.
        if (path.trimEnd() !== path) return null
        // As UTF-8, byte by byte.
        return { ...headers, [name]: Buffer.from(path).toString('latin1') }
      }),
  }
}
