import { connect, type Socket } from 'node:net'

export interface RawSocket {
  readonly socket: Socket
  write(text: string | Uint8Array): void
  /** Everything that came so far. */
  readonly received: string
  /** Resolves once `text` has come; rejects when the connection ends before. */
  until(text: string | RegExp): Promise<string>
  /** Everything, once the connection has ended. */
  readonly ended: Promise<string>
}

export function rawSocket(port: number): RawSocket {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  const waiting = new Set<() => void>()
  const look = () => {
    for (const check of waiting) check()
  }
  const ended = new Promise<string>(resolve => socket.once('close', () => resolve(received)))
  // A reset is one of the ways in which a connection may end here.
  socket.on('error', () => undefined)
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
    look()
  })
  socket.on('close', look)
  return {
    socket,
    write: text => void socket.write(text),
    get received() {
      return received
    },
    until: text =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = typeof text === 'string' ? received.includes(text) : text.test(received)
          if (found || socket.closed) waiting.delete(check)
          if (found) resolve(received)
          else if (socket.closed) reject(new Error(`The connection ended after ${JSON.stringify(received.slice(-300))}`))
        }
        waiting.add(check)
        check()
      }),
    ended,
  }
}
