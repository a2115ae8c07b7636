import type { BodyView } from './exchange.ts'
import type { WireLog } from './wire-log.ts'

export interface Sent {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: BodyView | null
  readonly signal?: AbortSignal | null | undefined
}

const SHOWN_CHARACTERS = 20_000

/** Makes a request, and tells the log of it and of its answer. */
export async function traced(log: WireLog, sent: Sent, run: () => Promise<Response>): Promise<Response> {
  const { method, path, headers, body, signal } = sent
  const id = log.begin({
    method,
    path,
    requestHeaders: Object.entries(headers),
    requestBody: body,
    ofFile: path.endsWith('/content') || !/^\/(api|v1)\//.test(path),
    startedAt: new Date(),
  })
  const started = performance.now()
  try {
    const response = await run()
    const tookMs = performance.now() - started
    const { status } = response
    log.end(id, { answer: { status, tookMs, headers: [...response.headers], body: await receivedBody(response) } })
    return response
  } catch (error) {
    log.end(id, { failure: signal?.aborted ? 'Ended here.' : error instanceof Error ? error.message : String(error) })
    throw error
  }
}

/** Of a copy, so that the answer itself can still be read. Files are not read twice. */
async function receivedBody(response: Response): Promise<BodyView | null> {
  const contentType = response.headers.get('content-type') ?? ''
  if (!contentType.includes('json')) {
    const sizeBytes = Number(response.headers.get('content-length') ?? 0)
    return contentType === '' || response.status === 204 ? null : { kind: 'bytes', contentType, sizeBytes }
  }
  const text = await response.clone().text()
  try {
    return { kind: 'text', text: cut(JSON.stringify(JSON.parse(text), null, 2)) }
  } catch {
    return { kind: 'text', text: cut(text) }
  }
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS
    ? text
    : `${text.slice(0, SHOWN_CHARACTERS)}\n… ${text.length - SHOWN_CHARACTERS} more characters`
}
