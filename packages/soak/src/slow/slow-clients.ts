import type { Socket } from 'node:net'
import { contentHead } from '../measured/download.ts'
import type { MeasuredServer } from '../measured/measured-server.ts'
import { open } from '../measured/send.ts'
import { framings, wireUpload } from '../measured/upload.ts'
import type { Stored } from '../memory/transfers.ts'

/** Each client moves once in ten turns, not all at the same time. */
const TURN_MS = 10
const TURNS = 10
const READ_BYTES = 1024
const WRITE_BYTES = 200
const UPLOAD_BYTES = 1024 ** 2

/** Clients that are at it, each on a connection of its own, and never get far. */
export interface SlowClients {
  /** How many the server has cut off. */
  readonly ended: number
  /** Moves a few bytes on each connection now and then, from now on. */
  trickle(): void
  leave(): void
}

/** Two of three download, the others upload in every way; resolves once each has sent what it begins with. */
export async function slowClients({ port }: MeasuredServer, stored: Stored, count: number): Promise<SlowClients> {
  const sockets = Array.from({ length: count }, () => open(port))
  const moves = await Promise.all(
    sockets.map((socket, index) => (index % 3 === 0 ? upload(socket, index) : read(socket, stored))),
  )
  let timer: NodeJS.Timeout | undefined
  let ended = 0
  for (const socket of sockets) socket.on('close', () => void ended++)
  return {
    get ended() {
      return ended
    },
    trickle() {
      let turn = 0
      timer = setInterval(() => {
        for (let index = turn++ % TURNS; index < moves.length; index += TURNS) moves[index]?.()
      }, TURN_MS)
    },
    leave() {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
    },
  }
}

type Move = () => void

async function upload(socket: Socket, index: number): Promise<Move> {
  const framing = framings[index % framings.length] ?? 'raw'
  const [head, first = Buffer.alloc(0)] = wireUpload({ framing, sizeBytes: UPLOAD_BYTES, seed: index }).pieces()
  socket.resume()
  await written(socket, Buffer.concat([head as Buffer, first.subarray(0, 1000)]))
  let at = 1000
  return () => {
    if (socket.writable && at + WRITE_BYTES < first.length) socket.write(first.subarray(at, at + WRITE_BYTES))
    at += WRITE_BYTES
  }
}

async function read(socket: Socket, { id }: Stored): Promise<Move> {
  socket.pause()
  await written(socket, Buffer.from(contentHead(id)))
  return () => void (socket.read(READ_BYTES) ?? socket.read())
}

function written(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise(resolve => {
    socket.once('close', resolve)
    socket.write(bytes, () => {
      socket.off('close', resolve)
      resolve()
    })
  })
}
