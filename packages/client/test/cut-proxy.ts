import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Cut off; or nothing comes through any more: `hold` still tells the server when its client leaves, `hang` does not. */
type Misfortune = 'cut' | 'hold' | 'hang'

/** What befalls a connection; once. */
export interface Trouble {
  /** Once clients have sent so many bytes from now on, or before an answer that holds this text. */
  readonly at: number | string
  readonly how: Misfortune
}

/** Connections to a server that may change its port, and may be cut. */
export async function openProxy() {
  let port = 0
  let trouble: Trouble | null = null
  let troubles = 0
  let sent = 0
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: false }, client => {
    const upstream = connect(port, '127.0.0.1')
    const pair = [client, upstream] as const
    let stuck: Misfortune | null = null
    const end = () => {
      for (const socket of pair) socket.destroy()
    }
    const strike = (): boolean => {
      stuck = trouble?.how ?? null
      if (stuck === 'cut') end()
      trouble = null
      troubles += 1
      return false
    }
    const isStruck = (direction: 'up' | 'down', chunk: Buffer): boolean => {
      if (stuck !== null) return true
      if (trouble === null) return false
      const { at } = trouble
      const here = typeof at === 'number' ? direction === 'up' && sent > at : direction === 'down' && chunk.includes(at)
      return here && !strike()
    }
    for (const [from, to, direction] of [
      [client, upstream, 'up'],
      [upstream, client, 'down'],
    ] as const) {
      sockets.add(from)
      from.on('error', end)
      from.on('close', () => {
        sockets.delete(from)
        // What was said last is still delivered.
        if (!to.destroyed && stuck !== 'hang') to.end()
      })
      from.on('data', chunk => {
        if (direction === 'up') sent += chunk.length
        if (!isStruck(direction, chunk) && !to.write(chunk)) from.pause()
      })
      to.on('drain', () => from.resume())
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many have happened. */
    troubles: () => troubles,
    lead: (to: number) => {
      port = to
    },
    next: (next: Trouble) => {
      trouble = next
      sent = 0
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
