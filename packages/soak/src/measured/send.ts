import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type RawResponse, ResponseReader } from '../fuzz/client/response-reader.ts'

/** How a client goes away. */
export type Ending = 'reset' | 'close' | 'half-close'

export interface Cut {
  readonly afterBytes: number
  readonly ending: Ending
}

export function open(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  // A reset is one of the ways in which a connection may end.
  socket.on('error', () => undefined)
  return socket
}

/** Sends a request on a connection of its own. @returns the answer; null when the connection ended without one */
export async function exchange(port: number, pieces: Iterable<Buffer>): Promise<RawResponse | null> {
  const socket = open(port)
  const answer = firstAnswer(socket)
  try {
    await write(socket, pieces)
    return await answer
  } finally {
    socket.destroy()
  }
}

/** Sends part of a request and goes away. @returns an answer that came before it */
export async function sendCut(port: number, pieces: Iterable<Buffer>, { afterBytes, ending }: Cut): Promise<RawResponse | null> {
  const socket = open(port)
  const answer = firstAnswer(socket)
  await write(socket, firstBytes(pieces, afterBytes))
  if (ending === 'half-close') socket.end()
  else if (ending === 'reset') socket.resetAndDestroy()
  else socket.destroy()
  const received = await answer
  socket.destroy()
  return received
}

function firstAnswer(socket: Socket): Promise<RawResponse | null> {
  const reader = new ResponseReader()
  return new Promise(resolve => {
    const look = () => {
      const response = reader.next('POST')
      if (response !== null) resolve(response)
    }
    const end = () => {
      reader.end()
      look()
      resolve(null)
    }
    socket.on('data', bytes => {
      reader.push(bytes)
      look()
    })
    socket.on('end', end).on('close', end)
  })
}

/** Writes with backpressure; resolves when all has left or the connection is gone. */
async function write(socket: Socket, pieces: Iterable<Buffer>): Promise<void> {
  if (socket.connecting) await Promise.race([once(socket, 'connect').catch(() => undefined), once(socket, 'close')])
  for (const piece of pieces) {
    if (!socket.writable) return
    await new Promise<void>(resolve => {
      socket.once('close', resolve)
      socket.write(piece, () => {
        socket.off('close', resolve)
        resolve()
      })
    })
  }
}

function* firstBytes(pieces: Iterable<Buffer>, count: number): Generator<Buffer, undefined> {
  let left = count
  for (const piece of pieces) {
    if (left <= 0) return
    yield left < piece.length ? piece.subarray(0, left) : piece
    left -= piece.length
  }
}
