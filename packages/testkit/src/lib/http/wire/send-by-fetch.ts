import { type Answer, createAnswer, type Sent } from './answer.ts'
import { isPieces } from './send-by-socket.ts'

type Fetch = (request: Request) => Promise<Response>

/** Sends one request as a `Request`, and reads its `Response` to the end. */
export async function sendByFetch(fetch: Fetch, path: string, { method = 'GET', headers = {}, body }: Sent): Promise<Answer> {
  const response = await fetch(new Request(`http://localhost${path}`, { method, headers, ...bodyInit(body) }))
  const chunks: Uint8Array[] = []
  let complete = true
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk)
  } catch {
    complete = false
  }
  return createAnswer({ status: response.status, lines: [...response.headers], bytes: Buffer.concat(chunks), complete })
}

// `duplex` is demanded for a body that is a stream, and not yet in every type of it.
function bodyInit(body: Sent['body']): RequestInit & { duplex?: 'half' } {
  if (body === undefined) return {}
  if (!isPieces(body)) return { body: new Uint8Array(Buffer.from(body as string)) }
  return { body: streamOf(body), duplex: 'half' }
}

function streamOf(pieces: readonly string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift()
      if (piece === undefined) controller.close()
      else controller.enqueue(new Uint8Array(Buffer.from(piece)))
    },
  })
}
