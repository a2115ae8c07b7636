import { type IncomingMessage, request as send } from 'node:http'
import type { Socket } from 'node:net'
import type { Target } from './check-url.ts'
import { unreachable } from './failures.ts'
import type { Settings } from './options.ts'

/** RFC 9110 §15.2: any number may come before an answer; a few do. */
const MAX_INTERIM_ANSWERS = 8

/**
 * Asks for the file over a connection that is made: once, with nothing that says who asks or why.
 * @returns the answer, its head read and nothing of its body
 * @throws StowageError `unprocessable`
 */
export function askOrigin(settings: Settings, target: Target, socket: Socket): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let isAnswered = false
    const fail = (reason: string, cause?: unknown) => {
      if (isAnswered) return
      socket.destroy()
      reject(unreachable(reason, cause))
    }
    const request = send({
      createConnection: () => socket,
      method: 'GET',
      path: `${target.url.pathname}${target.url.search}`,
      headers: headersFor(settings, target),
      setHost: false,
      maxHeaderSize: settings.maxHeaderBytes,
      insecureHTTPParser: false,
    })
    // Node drops what is beyond a number of lines; all are kept here, within their bytes, to be counted.
    request.maxHeadersCount = 0
    let interim = 0
    request.on('error', error => fail(`${target.host} sent no answer.`, error))
    request.on('close', () => fail(`${target.host} sent no answer.`))
    request.on('information', () => {
      interim += 1
      if (interim > MAX_INTERIM_ANSWERS) fail(`${target.host} sends interim answers only.`)
    })
    request.on('upgrade', () => fail(`${target.host} speaks another protocol.`))
    request.on('response', response => {
      // What breaks later is told to who reads the body.
      response.on('error', () => undefined)
      if (response.rawHeaders.length / 2 > settings.maxHeaders) fail(`${target.host} sent too many header lines.`)
      isAnswered = true
      resolve(response)
    })
    request.end()
  })
}

function headersFor({ userAgent }: Settings, { url }: Target): Record<string, string> {
  return { host: url.host, accept: '*/*', 'accept-encoding': 'identity', 'user-agent': userAgent, connection: 'close' }
}
