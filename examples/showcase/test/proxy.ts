import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The way to a server, which can be cut, and may lead elsewhere after a restart. */
export interface Connections {
  readonly origin: string
  lead(origin: string): void
  /** Resolves once so many more bytes were sent; from then on nothing passes. */
  holdAfter(bytes: number): Promise<void>
  /** Cuts the connection when the next asset is answered to have been made. */
  loseAnswer(): void
  /** Ends all connections, and takes no new ones. */
  cut(): void
  /** Everything passes from now on; what was held is lost. */
  open(): void
  close(): Promise<void>
}

export async function openProxy(origin: string): Promise<Connections> {
  let port = Number(new URL(origin).port)
  let isCut = false
  let isLosing = false
  let left = Number.POSITIVE_INFINITY
  let held: () => void = () => undefined
  const sockets = new Set<Socket>()
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const passes = (from: Socket, chunk: Buffer, isUp: boolean): boolean => {
    if (!isUp && isLosing && chunk.includes('HTTP/1.1 201')) {
      isLosing = false
      from.destroy()
      return false
    }
    if (isUp) left -= chunk.length
    if (left > 0) return true
    from.pause()
    held()
    return false
  }
  const server = createServer(client => {
    if (isCut) return void client.destroy()
    const upstream = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroySoon()
      })
      from.on('data', chunk => {
        if (passes(from, chunk, from === client) && !to.write(chunk)) from.pause()
      })
      to.on('drain', () => left > 0 && from.resume())
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    lead: to => {
      port = Number(new URL(to).port)
    },
    holdAfter: bytes =>
      new Promise(resolve => {
        held = resolve
        left = bytes
      }),
    loseAnswer() {
      isLosing = true
    },
    cut() {
      isCut = true
      destroyAll()
    },
    open() {
      isCut = false
      left = Number.POSITIVE_INFINITY
      destroyAll()
    },
    async close() {
      destroyAll()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
