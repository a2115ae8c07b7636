import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const READ_BYTES = 512 * 1024

/** What came back. */
export interface Answer {
  readonly status: number
  /** Status line and header lines. */
  readonly head: string
  /** Of a chunked answer, with its frame. */
  readonly bodyBytes: number
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/**
 * An HTTP/1.1 connection without an HTTP client: requests are bytes that were prepared before, one buffer takes every answer, and of
 * an answer only the head is read. So cheap that the server is what is measured. Chunked answers must be short, and no line of theirs end in 0.
 */
export class RawConnection {
  /** Given the bytes of each body; they are valid until it returns. */
  onBody: ((bytes: Uint8Array) => void) | null = null
  readonly #socket: Socket
  #waiting: Waiting | null = null
  #head = ''
  #answer: Answer | null = null
  #leftBytes = 0
  #error: Error | null = null
  #goOn: (() => void) | null = null

  constructor(port: number) {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
    const callback = (length: number): boolean => {
      this.#take(buffer.subarray(0, length))
      return true
    }
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
    this.#socket.on('drain', () => this.#goOn?.())
    this.#socket.on('error', error => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('The server closed the connection.')))
  }

  async opened(): Promise<this> {
    await once(this.#socket, 'connect')
    return this
  }

  /** Sends a request, with regard for what the server takes, and resolves once its answer is complete. */
  async exchange(pieces: readonly Uint8Array[]): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      if (this.#error) reject(this.#error)
      this.#waiting = { resolve, reject }
    })
    // Whoever waits hears of it below; a failed write must not come first as an unhandled rejection.
    answer.catch(() => undefined)
    await this.#send(pieces)
    return answer
  }

  close(): void {
    this.#socket.destroy()
  }

  async #send(pieces: readonly Uint8Array[]): Promise<void> {
    if (pieces.length <= 3) {
      this.#socket.cork()
      for (const piece of pieces) this.#socket.write(piece)
      this.#socket.uncork()
      return
    }
    for (const piece of pieces) {
      if (this.#error) return
      if (!this.#socket.write(piece)) await this.#drained()
    }
  }

  #drained(): Promise<void> {
    return new Promise(resolve => {
      this.#goOn = resolve
    })
  }

  #take(bytes: Buffer): void {
    if (this.#answer !== null) this.#takeBody(this.#answer, bytes)
    else this.#takeHead(bytes)
  }

  #takeHead(bytes: Buffer): void {
    const before = this.#head.length
    this.#head += bytes.toString('latin1', 0, Math.min(bytes.length, 16 * 1024))
    const end = this.#head.indexOf('\r\n\r\n')
    if (end === -1) return
    const head = this.#head.slice(0, end)
    const status = Number(head.slice(9, 12))
    if (status === 100) throw new Error('100 Continue was not asked for.')
    if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      if (!this.#head.endsWith('0\r\n\r\n')) return
      this.#finish({ status, head, bodyBytes: this.#head.length - end - 4 })
      return
    }
    this.#head = ''
    this.#leftBytes = status === 304 || status === 204 ? 0 : lengthIn(head)
    this.#answer = { status, head, bodyBytes: this.#leftBytes }
    this.#takeBody(this.#answer, bytes.subarray(end + 4 - before))
  }

  #takeBody(answer: Answer, bytes: Buffer): void {
    this.onBody?.(bytes)
    this.#leftBytes -= bytes.length
    if (this.#leftBytes > 0) return
    if (this.#leftBytes < 0) this.#fail(new Error(`More bytes came than announced:\n${answer.head}`))
    this.#finish(answer)
  }

  #finish(answer: Answer): void {
    this.#head = ''
    this.#answer = null
    this.#waiting?.resolve(answer)
    this.#waiting = null
  }

  #fail(error: Error): void {
    this.#error ??= error
    this.#goOn?.()
    this.#waiting?.reject(error)
  }
}

function lengthIn(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`Only answers of a known length are understood:\n${head}`)
  return Number(length)
}
