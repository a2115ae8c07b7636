import { type ReadAsyncOptions, read } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { StowageError } from '@stowage/core/contracts'
import type { FileBody } from '../response.ts'
import type { BufferPool } from './buffer-pool.ts'

/** Up to this size a file is read whole, and head and body leave in one write. */
const SMALL_FILE_BYTES = 128 * 1024

/**
 * Sends part of an open file and closes it, whatever happens. `writeHead` is called once the first bytes are there, so that a file that
 * can't be read can still be answered with an error.
 * @throws what reading throws; `aborted` when the client went away
 */
export async function sendFile(res: ServerResponse, body: FileBody, writeHead: () => void, pool: BufferPool): Promise<void> {
  const { file, start, end } = body
  try {
    if (end - start <= SMALL_FILE_BYTES) await sendWhole(res, body, writeHead)
    else await sendAlternating(res, { fd: file.handle.fd, start, end }, writeHead, pool)
  } finally {
    await file.handle.close()
  }
}

async function sendWhole(res: ServerResponse, { file, start, end }: FileBody, writeHead: () => void): Promise<void> {
  const buffer = Buffer.allocUnsafe(end - start)
  await readFully(file.handle.fd, buffer, buffer.length, start)
  if (res.destroyed) return
  writeHead()
  res.end(buffer)
}

interface Stretch {
  readonly fd: number
  readonly start: number
  readonly end: number
}

/** Two buffers take turns: one is read into while the other is on its way to the socket. */
async function sendAlternating(
  res: ServerResponse,
  { fd, start, end }: Stretch,
  writeHead: () => void,
  pool: BufferPool,
): Promise<void> {
  const buffers = [pool.take(), pool.take()] as const
  let written: Promise<void> = Promise.resolve()
  try {
    let turn = 0
    for (let position = start; position < end; turn ^= 1) {
      const buffer = buffers[turn as 0 | 1]
      const length = Math.min(buffer.length, end - position)
      await readFully(fd, buffer, length, position)
      if (position === start) writeHead()
      await written
      written = writeChunk(res, buffer.subarray(0, length))
      // It is awaited after the next read: failing meanwhile must not end the process.
      written.catch(() => undefined)
      position += length
    }
    await written
  } catch (error) {
    await written.catch(() => undefined)
    // A failed write may still hold its buffer.
    for (const buffer of buffers) pool.forget(buffer)
    throw error
  }
  res.end()
  for (const buffer of buffers) pool.give(buffer)
}

/** Resolves once the bytes have left for the kernel, and so the buffer is free again. */
function writeChunk(res: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (res.destroyed) {
      reject(clientLeft())
      return
    }
    // What is written just after a connection has ended Node drops, and forgets to say so.
    const onClose = () => reject(clientLeft())
    res.once('close', onClose)
    res.write(chunk, error => {
      res.off('close', onClose)
      if (error) reject(clientLeft(error))
      else resolve()
    })
  })
}

function clientLeft(cause?: unknown): StowageError {
  return new StowageError('aborted', 'The client closed the connection.', { cause })
}

async function readFully(fd: number, buffer: Buffer, length: number, position: number): Promise<void> {
  for (let filled = 0; filled < length; ) {
    const bytesRead = await readSome(fd, { buffer, offset: filled, length: length - filled, position: position + filled })
    if (bytesRead === 0) throw new Error('The file is shorter than its record says.')
    filled += bytesRead
  }
}

function readSome(fd: number, options: ReadAsyncOptions<Buffer>): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, options, (error, bytesRead) => (error ? reject(error) : resolve(bytesRead)))
  })
}
