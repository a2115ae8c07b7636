import { connect } from 'node:net'

/** A connection on which bytes go out as they are given. */
export interface RawSocket {
  write(bytes: string | Uint8Array): void
  /** Everything that came so far. */
  readonly received: Buffer
  readonly closed: boolean
  /** Resolves once `text` has come, as Latin-1; rejects when the connection ends before. */
  until(text: string | RegExp): Promise<string>
  /** Everything, once the connection has ended. */
  readonly ended: Promise<Buffer>
  /** Says that nothing more follows; what is on its way may still come. */
  end(): void
  /** Goes away at once, as a client that crashed does. */
  reset(): void
}

export function rawSocket(port: number): RawSocket {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  const waiting = new Set<() => void>()
  const look = () => {
    for (const check of waiting) check()
  }
  const received = () => Buffer.concat(chunks)
  const ended = new Promise<Buffer>(resolve => socket.once('close', () => resolve(received())))
  // A reset is one of the ways in which a connection may end here.
  socket.on('error', () => undefined)
  socket.on('data', chunk => {
    chunks.push(chunk)
    look()
  })
  socket.on('close', look)
  const until = (text: string | RegExp) =>
    new Promise<string>((resolve, reject) => {
      const check = () => {
        const all = received().toString('latin1')
        const found = typeof text === 'string' ? all.includes(text) : text.test(all)
        if (!found && !socket.closed) return
        waiting.delete(check)
        if (found) resolve(all)
        else reject(new Error(`The connection ended after ${JSON.stringify(all.slice(-300))}, without ${text}.`))
      }
      waiting.add(check)
      check()
    })
  return {
    write: bytes => void socket.write(bytes),
    get received() {
      return received()
    },
    get closed() {
      return socket.closed
    },
    until,
    ended,
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
  }
}
