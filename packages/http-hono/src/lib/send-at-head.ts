import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { NodeAnswer } from '@stowage/http/node'

/** A header that names the answer a response stands for. It never leaves the server. */
export const MARK = 'x-stowage-answer'

let last = 0

/**
 * Sends an answer natively once the server writes the head of the response that stands for it, which has no body: after all middleware, whose headers
 * are kept. (The server's own `RESPONSE_ALREADY_SENT` must be sent before middleware ends, and breaks off where one copies it.) Should another
 * response come in its place, or a body, that is sent, and the answer is given back.
 * @returns the value of `MARK`
 */
export function sendAtHead(res: ServerResponse, answer: NodeAnswer): string {
  const mark = String(++last)
  const { writeHead, write, end, flushHeaders } = res
  const restore = () => void Object.assign(res.off('close', onClose), { writeHead, write, end, flushHeaders })
  const onClose = () => {
    restore()
    void answer.discard()
  }
  /** What the server wants to send is something else. */
  const giveWay = () => {
    onClose()
    return res
  }
  const takeHead = (status: number, ...rest: readonly unknown[]) => {
    const { [MARK]: given, ...headers } = (rest.at(-1) ?? {}) as OutgoingHttpHeaders
    const withHead = () => giveWay().writeHead(status, withoutContent(headers, answer))
    if (given !== mark || status !== answer.status) return withHead()
    return Object.assign(res, {
      write: (...args: Parameters<typeof write>) => withHead().write(...args),
      flushHeaders: () => withHead().flushHeaders(),
      end: (...args: Parameters<typeof end>) => {
        if (args[0] !== undefined && args[0] !== null && typeof args[0] !== 'function') return withHead().end(...args)
        restore()
        keepHeaders(res, headers, answer)
        void answer.send()
        return res
      },
    })
  }
  return Object.assign(res.once('close', onClose), { writeHead: takeHead }) && mark
}

/** What an answer says of its own bytes. */
const OF_CONTENT =
  /^(content-(length|range|disposition|digest|encoding)|repr-digest|accept-ranges|etag|last-modified|cache-control|expires)$/

/** Hono keeps the headers of a response that an error, or another response, takes the place of. */
function withoutContent(headers: OutgoingHttpHeaders, answer: NodeAnswer): OutgoingHttpHeaders {
  const isLeftOver = (name: string) => OF_CONTENT.test(name) && headers[name] === answer.headers[name]
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isLeftOver(name)))
}

/** What the answer says of itself stands; sending it joins its Vary and its cookie to those of others. */
function keepHeaders(res: ServerResponse, headers: OutgoingHttpHeaders, answer: NodeAnswer): void {
  for (const [name, value] of Object.entries(headers)) {
    const own = answer.headers[name]
    if (value === undefined) continue
    if (name === 'set-cookie')
      res.setHeader(
        name,
        [value]
          .flat()
          .map(String)
          .filter(cookie => cookie !== own),
      )
    else if (name === 'vary' || own === undefined) res.setHeader(name, value)
  }
}
