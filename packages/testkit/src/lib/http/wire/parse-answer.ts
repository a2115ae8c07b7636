import { type Answer, createAnswer } from './answer.ts'

export interface ParsedAnswer {
  readonly answer: Answer
  /** What came behind it. */
  readonly rest: Buffer
}

interface Head {
  readonly status: number
  readonly lines: readonly (readonly [string, string])[]
  readonly bodyAt: number
}

/**
 * Reads one answer from all bytes of a connection that has ended, strictly: what a client library would put up with is an error.
 * @throws Error for what is no answer by RFC 9112
 */
export function parseAnswer(received: Buffer, method: string): ParsedAnswer {
  const interim: number[] = []
  let from = 0
  for (;;) {
    const head = parseHead(received, from)
    if (head.status >= 200) {
      const body = parseBody(received.subarray(head.bodyAt), head, method)
      const answer = createAnswer({ status: head.status, lines: head.lines, bytes: body.bytes, complete: body.complete, interim })
      return { answer, rest: body.rest }
    }
    interim.push(head.status)
    from = head.bodyAt
  }
}

function parseHead(received: Buffer, from: number): Head {
  const end = received.indexOf('\r\n\r\n', from)
  if (end === -1) throw new Error(`No answer: ${JSON.stringify(received.subarray(from).toString('latin1', 0, 200))}`)
  const [first = '', ...rest] = received.subarray(from, end).toString('latin1').split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e]*$/.exec(first)?.[1]
  if (status === undefined) throw new Error(`Not a status line: ${JSON.stringify(first)}`)
  return { status: Number(status), lines: rest.map(parseLine), bodyAt: end + 4 }
}

function parseLine(line: string): readonly [string, string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([^\r\n\0]*)$/.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Error(`Not a header line: ${JSON.stringify(line)}`)
  return [name, value.trimEnd()]
}

interface Body {
  readonly bytes: Buffer
  readonly complete: boolean
  readonly rest: Buffer
}

// RFC 9112 §6.3
function parseBody(bytes: Buffer, { status, lines }: Head, method: string): Body {
  const of = (name: string) => lines.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value)
  const [lengths, codings] = [of('content-length'), of('transfer-encoding')]
  if (lengths.length > 1) throw new Error(`Two lengths: ${lengths}`)
  if (lengths.length > 0 && codings.length > 0) throw new Error('A length and a transfer coding.')
  if (method === 'HEAD' || status === 204 || status === 304) return { bytes: Buffer.alloc(0), complete: true, rest: bytes }
  if (codings.length > 0) return parseChunks(bytes, codings.join())
  if (lengths[0] === undefined) return { bytes, complete: true, rest: Buffer.alloc(0) }
  const length = Number(lengths[0])
  return { bytes: bytes.subarray(0, length), complete: bytes.length >= length, rest: bytes.subarray(length) }
}

function parseChunks(bytes: Buffer, coding: string): Body {
  if (coding.toLowerCase() !== 'chunked') throw new Error(`The transfer coding ${coding} was not asked for.`)
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at)
    const size = end === -1 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, end), 16)
    const next = end + 2 + size + 2
    if (Number.isNaN(size) || next > bytes.length) return { bytes: Buffer.concat(chunks), complete: false, rest: Buffer.alloc(0) }
    chunks.push(bytes.subarray(end + 2, end + 2 + size))
    at = next
    if (size === 0) return { bytes: Buffer.concat(chunks), complete: true, rest: bytes.subarray(at) }
  }
}
