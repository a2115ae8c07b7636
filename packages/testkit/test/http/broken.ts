import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpApi, HttpRequest, HttpResponse } from '@stowage/http'
import { nodeHandler, prepareServer } from '@stowage/http/node'
import type { HttpHarness } from '@stowage/testkit/http'
import { sharpTransformer } from '../../../core/test/sharp-transformer.ts'

export interface Broken {
  /** What the binding does, as in "a binding that …". */
  readonly does: string
  /** Each of these rows must fail. */
  readonly rows: readonly string[]
  readonly harness: HttpHarness
}

type Listener = (req: IncomingMessage, res: ServerResponse) => void
type Handle = HttpApi['handle']

export interface Breaks {
  /** Changes how requests are handled. */
  readonly handle?: (inner: Handle) => Handle
  /** Changes what happens on the socket's side. */
  readonly listener?: (inner: Listener) => Listener
  /** Leaves out what the binding's guide says of the server. */
  readonly unprepared?: true
}

/** A binding on node:http with something wrong. */
export function broken(does: string, rows: readonly string[], { handle, listener, unprepared }: Breaks): Broken {
  const open: HttpHarness['open'] = async api => {
    const changed = handle === undefined ? api : { ...api, handle: handle(api.handle) }
    const own: Listener = nodeHandler(changed)
    const server = createServer(listener?.(own) ?? own)
    if (!unprepared) prepareServer(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const close = () => {
      server.closeAllConnections()
      return new Promise<void>(resolve => server.close(() => resolve()))
    }
    return { port: (server.address() as AddressInfo).port, close }
  }
  return { does, rows, harness: { name: does, open, transformer: sharpTransformer() } }
}

/** A binding whose answers are changed on their way out. */
export function answering(
  does: string,
  rows: readonly string[],
  change: (response: HttpResponse, request: HttpRequest) => HttpResponse | Promise<HttpResponse>,
): Broken {
  return broken(does, rows, { handle: inner => async request => change(await inner(request), request) })
}

export function without(headers: HttpResponse['headers'], ...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

/** A binding that loses one header of its answers. */
export const losing = (name: string, ...rows: string[]) =>
  answering(`loses ${name}`, rows, response => ({ ...response, headers: without(response.headers, name) }))

/** A binding that hands over requests with other headers than came; null: without that header. */
export function hearing(
  does: string,
  rows: readonly string[],
  change: (name: string, value: string | null, request: HttpRequest) => string | null,
): Broken {
  return seeing(does, rows, request => ({ header: name => change(name, request.header(name), request) }))
}

/** A request, but for some of its members. What is left of it still knows itself: a method of a class needs its own object. */
export function changed(request: HttpRequest, changes: Partial<HttpRequest>): HttpRequest {
  return new Proxy(request, {
    get(of, name) {
      if (name in changes) return Reflect.get(changes, name)
      const member: unknown = Reflect.get(of, name)
      return typeof member === 'function' ? member.bind(of) : member
    },
  })
}

/** A binding that hands over something else than came. */
export function seeing(does: string, rows: readonly string[], change: (request: HttpRequest) => Partial<HttpRequest>): Broken {
  return broken(does, rows, {
    handle: inner => request => {
      return inner(changed(request, change(request)))
    },
  })
}
