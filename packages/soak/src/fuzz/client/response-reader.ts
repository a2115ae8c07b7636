export interface RawResponse {
  readonly status: number
  /** By lower-case name; repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  /** The connection ends after it. */
  readonly closes: boolean
}

/** What came is no HTTP. */
export class MalformedResponse extends Error {}

const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const MAX_HEAD_BYTES = 64 * 1024

/** Reads HTTP/1.1 responses strictly, one after another, so that a byte too few or too many shows. @see RFC 9112 */
export class ResponseReader {
  #bytes: Buffer = Buffer.alloc(0)
  #ended = false

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
  }

  end(): void {
    this.#ended = true
  }

  get buffered(): Buffer {
    return this.#bytes
  }

  /**
   * The next final response; null until all of it is here.
   * @param method of the request that it answers: HEAD has no body
   */
  next(method: string): RawResponse | null {
    for (;;) {
      const headEnd = this.#bytes.indexOf(HEAD_END)
      if (headEnd < 0) {
        if (this.#bytes.length > MAX_HEAD_BYTES) throw new MalformedResponse('The head has no end.')
        return null
      }
      const { status, headers } = readHead(this.#bytes.toString('latin1', 0, headEnd))
      const start = headEnd + HEAD_END.length
      if (status < 200) {
        this.#bytes = this.#bytes.subarray(start)
        continue
      }
      const found = this.#body(start, { status, headers, method })
      if (found === null) return null
      this.#bytes = this.#bytes.subarray(found.end)
      const closes = found.untilEnd || /\bclose\b/i.test(headers.get('connection') ?? '')
      return { status, headers, body: found.body, closes }
    }
  }

  #body(
    start: number,
    { status, headers, method }: { status: number; headers: ReadonlyMap<string, string>; method: string },
  ): { body: Buffer; end: number; untilEnd: boolean } | null {
    const none = { body: Buffer.alloc(0), end: start, untilEnd: false }
    if (method === 'HEAD' || status === 204 || status === 304) return none
    if (headers.has('transfer-encoding')) return this.#chunked(start)
    const length = headers.get('content-length')
    if (length === undefined) {
      return this.#ended ? { body: this.#bytes.subarray(start), end: this.#bytes.length, untilEnd: true } : null
    }
    if (!/^\d+$/.test(length)) throw new MalformedResponse(`Content-Length is "${length}".`)
    const end = start + Number(length)
    return this.#bytes.length < end ? null : { body: this.#bytes.subarray(start, end), end, untilEnd: false }
  }

  #chunked(start: number): { body: Buffer; end: number; untilEnd: boolean } | null {
    const pieces: Buffer[] = []
    let at = start
    for (;;) {
      const lineEnd = this.#bytes.indexOf(LINE_END, at)
      if (lineEnd < 0) return null
      const line = this.#bytes.toString('latin1', at, lineEnd)
      if (!/^[0-9a-f]+$/i.test(line)) throw new MalformedResponse(`A chunk begins with ${JSON.stringify(line.slice(0, 40))}.`)
      const size = Number.parseInt(line, 16)
      const dataEnd = lineEnd + 2 + size
      if (this.#bytes.length < dataEnd + 2) return null
      if (this.#bytes.toString('latin1', dataEnd, dataEnd + 2) !== '\r\n') throw new MalformedResponse('A chunk has no line end.')
      if (size === 0) return { body: Buffer.concat(pieces), end: dataEnd + 2, untilEnd: false }
      pieces.push(this.#bytes.subarray(lineEnd + 2, dataEnd))
      at = dataEnd + 2
    }
  }
}

function readHead(head: string): { status: number; headers: Map<string, string> } {
  const [first = '', ...lines] = head.split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) [\t -~]*$/.exec(first)?.[1]
  if (status === undefined) throw new MalformedResponse(`A response begins with ${JSON.stringify(first.slice(0, 80))}.`)
  const headers = new Map<string, string>()
  for (const line of lines) {
    // RFC 9110 §5.5: visible ASCII, spaces and tabs. What is beyond ASCII has to be encoded here.
    const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t -~]*)$/.exec(line)
    if (match === null) throw new MalformedResponse(`A header is ${JSON.stringify(line.slice(0, 200))}.`)
    const name = (match[1] ?? '').toLowerCase()
    const before = headers.get(name)
    headers.set(name, before === undefined ? (match[2] ?? '') : `${before}, ${match[2]}`)
  }
  return { status: Number(status), headers }
}
