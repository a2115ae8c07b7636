import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Sends `100 Continue` when somebody first reads the body, whichever way, and not at all when it is refused unread.
 * @see RFC 9110 §10.1.1
 */
export function continueOnRead(req: IncomingMessage, res: ServerResponse): void {
  const read = req._read
  req._read = size => {
    req._read = read
    if (!res.headersSent && !res.destroyed) res.writeContinue()
    read.call(req, size)
  }
}
