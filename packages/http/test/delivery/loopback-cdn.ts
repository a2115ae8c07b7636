import { sendByHttp } from '../transports.ts'
import { serve } from './delivery-world.ts'

interface Kept {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  freshUntil: number
}

const PASSED_ON = [
  'content-type',
  'content-disposition',
  'cache-control',
  'etag',
  'x-content-type-options',
  'content-security-policy',
]

/** A pull CDN, as simple as can be: keeps what may be shared by its whole URL, and asks the origin again as Cache-Control says. */
export async function loopbackCdn(originPort: () => number, now: () => number) {
  const server = await serve()
  const kept = new Map<string, Kept>()
  const asked: string[] = []
  const ask = async (url: string): Promise<Kept> => {
    const copy = kept.get(url)
    if (copy !== undefined && copy.freshUntil > now()) return copy
    const etag = copy?.headers.get('etag')
    const answer = await sendByHttp(originPort(), url, {
      headers: { host: 'origin.example', ...(etag && { 'if-none-match': etag }) },
    })
    asked.push(`${answer.status} ${url}`)
    const cacheControl = answer.headers.get('cache-control') ?? ''
    const seconds = Number(/s-maxage=(\d+)/.exec(cacheControl)?.[1] ?? /max-age=(\d+)/.exec(cacheControl)?.[1] ?? 0)
    const freshUntil = now() + seconds * 1000
    if (answer.status === 304 && copy !== undefined) {
      copy.freshUntil = freshUntil
      return copy
    }
    const next = { status: answer.status, headers: answer.headers, bytes: answer.bytes, freshUntil }
    if (answer.status === 200 && cacheControl.startsWith('public')) kept.set(url, next)
    else kept.delete(url)
    return next
  }
  server.answer(async (req, res) => {
    const { status, headers, bytes } = await ask(req.url ?? '/')
    const passed = PASSED_ON.flatMap(name => (headers.has(name) ? [[name, headers.get(name) as string]] : []))
    const location = headers.get('location')
    res.writeHead(status, { ...Object.fromEntries(passed), ...(location !== null && { location }) }).end(bytes)
  })
  return { ...server, kept, asked }
}
