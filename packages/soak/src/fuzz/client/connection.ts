import { connect, type Socket } from 'node:net'
import { type RawResponse, ResponseReader } from './response-reader.ts'

/** One connection to the fuzzed server, as raw as can be. */
export class Connection {
  readonly port: number
  readonly #socket: Socket
  readonly #reader = new ResponseReader()
  readonly #waiting = new Set<() => void>()
  #received = false
  #closed = false

  constructor(port: number) {
    this.port = port
    // Half open, so that the server's end and ours are two things.
    this.#socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    this.#socket.on('data', chunk => {
      this.#received = true
      this.#reader.push(chunk)
      this.#wake()
    })
    this.#socket.on('end', () => {
      this.#reader.end()
      this.#socket.end()
      this.#wake()
    })
    // A reset is one of the ways in which a connection may end.
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => {
      this.#closed = true
      this.#reader.end()
      this.#wake()
    })
  }

  get usable(): boolean {
    return !this.#closed && this.#socket.writable && !this.#socket.readableEnded
  }

  /** Bytes that belong to no response that was asked for. */
  get unread(): Buffer {
    return this.#reader.buffered
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Writes, and resolves once the bytes have left or never will. */
  write(bytes: Buffer): Promise<void> {
    if (!this.#socket.writable) return Promise.resolve()
    return new Promise(resolve => {
      const done = () => {
        this.#socket.off('close', done)
        resolve()
      }
      this.#socket.once('close', done)
      this.#socket.write(bytes, done)
    })
  }

  endWriting(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** The next response; null once the connection has ended without one. @throws MalformedResponse */
  async response(method: string, deadline: Promise<unknown>): Promise<RawResponse | null | 'late'> {
    for (;;) {
      const response = this.#reader.next(method)
      if (response !== null) return response
      if (this.#closed || this.#socket.readableEnded) return null
      if ((await this.#news(deadline)) === 'late') return 'late'
    }
  }

  async firstByte(deadline: Promise<unknown>): Promise<void> {
    while (!this.#received && !this.#closed) if ((await this.#news(deadline)) === 'late') return
  }

  /** True once closed; false when the deadline came first. */
  async untilClosed(deadline: Promise<unknown>): Promise<boolean> {
    while (!this.#closed) if ((await this.#news(deadline)) === 'late') return false
    return true
  }

  async #news(deadline: Promise<unknown>): Promise<'news' | 'late'> {
    let wake: () => void = () => undefined
    const news = new Promise<'news'>(resolve => {
      wake = () => resolve('news')
    })
    this.#waiting.add(wake)
    const outcome = await Promise.race([news, deadline.then(() => 'late' as const)])
    this.#waiting.delete(wake)
    return outcome
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }
}

/** A deadline that can be lifted. */
export function within(ms: number): { readonly over: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms)
  })
  return { over, cancel: () => clearTimeout(timer) }
}
