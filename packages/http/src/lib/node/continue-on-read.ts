import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Sends `100 Continue` when somebody first reads the body, whichever way, and not at all when it is refused unread.
 * @see RFC 9110 §10.1.1
 */
export function continueOnRead(req: IncomingMessage, res: ServerResponse): void {
  const read = req._read
  const sendContinue = () => {
    if (!res.headersSent && !res.destroyed) res.writeContinue()
  }
  req._read = size => {
    req._read = read
    // A pipelined request waits for its turn on the connection: what Node keeps back for it until then goes out behind its head.
    if (res.socket === null) res.once('socket', sendContinue)
    else sendContinue()
    read.call(req, size)
  }
}
