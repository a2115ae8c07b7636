import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { type HttpResponse, isFileBody } from '../response.ts'
import { joinVary } from '../routing/vary.ts'
import type { BufferPool } from './buffer-pool.ts'
import { refuseRestOfBody } from './refuse-body.ts'
import { sendFile } from './send-file.ts'
import { sendStream } from './send-stream.ts'

/**
 * Writes a response. The body is always used up or given back, also when the client is gone already.
 * @throws what reading the body throws: before anything was sent, another response may follow; after it, the socket is destroyed
 */
export async function sendResponse(
  req: IncomingMessage,
  res: ServerResponse,
  response: HttpResponse,
  pool: BufferPool,
): Promise<void> {
  const { status, headers, body } = response
  const writeHead = () => {
    refuseRestOfBody(req, res, { close: status === 408 })
    if (headers['cache-control']?.startsWith('public')) neverSetCookies(res)
    res.writeHead(status, besideEarlier(res, headers))
  }
  if (res.destroyed) {
    await discardBody(body)
    return
  }
  try {
    if (body === null) {
      writeHead()
      res.end()
    } else if (typeof body === 'string' || body instanceof Uint8Array) {
      writeHead()
      res.end(body)
    } else if (isFileBody(body)) await sendFile(res, body, writeHead, pool)
    else await sendStream(res, body, writeHead, announcedLength(headers))
  } catch (error) {
    // Cut in the middle, so that nobody takes a part for the whole.
    if (res.headersSent) res.destroy()
    throw error
  }
}

/** What middleware before said about Vary still holds, and so do its cookies. */
function besideEarlier(res: ServerResponse, headers: HttpResponse['headers']): OutgoingHttpHeaders {
  const { vary, 'set-cookie': cookie } = headers
  const varied = vary === undefined ? undefined : res.getHeader('vary')
  const cookies = cookie === undefined ? undefined : res.getHeader('set-cookie')
  if (varied === undefined && cookies === undefined) return headers
  return {
    ...headers,
    ...(varied !== undefined && { vary: joinVary(String(varied), vary) as string }),
    ...(cookies !== undefined && { 'set-cookie': [cookies, cookie].flat().map(String) }),
  }
}

function announcedLength(headers: Readonly<Record<string, string>>): number | null {
  const length = headers['content-length']
  return length === undefined ? null : Number(length)
}

/** What others may cache must not carry one user's session, which middleware may add as late as in writeHead. */
function neverSetCookies(res: ServerResponse): void {
  res.removeHeader('Set-Cookie')
  if (isPlain(res)) return
  const isCookie = (name: string) => name.toLowerCase() === 'set-cookie'
  const { setHeader, appendHeader } = res
  res.setHeader = (name, value) => (isCookie(name) ? res : setHeader.call(res, name, value))
  res.appendHeader = (name, value) => (isCookie(name) ? res : appendHeader.call(res, name, value))
}

/** Whether nobody has put code of their own between here and the head's way out. */
function isPlain({ writeHead, setHeader }: ServerResponse): boolean {
  return writeHead === ServerResponse.prototype.writeHead && setHeader === ServerResponse.prototype.setHeader
}

/** Gives back a body that is not sent. */
export async function discardBody(body: HttpResponse['body']): Promise<void> {
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) return
  if (isFileBody(body)) await body.file.handle.close()
  else await body[Symbol.asyncIterator]().return?.()
}
