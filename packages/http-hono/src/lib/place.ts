import type { RequestPlace } from '@stowage/http'
import type { Context } from 'hono'
import { basePath } from 'hono/route'
import type { NodeStreams } from './node-streams.ts'

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i

/**
 * Splits the path that Hono routed at the mount point. It is that of `c.req.url`, as guards see it, and still encoded: `c.req.path` is decoded, so
 * of the mount point only the number of its segments is taken from there.
 */
export function placeOf(c: Context, streams: NodeStreams | null): RequestPlace {
  const target = streams?.incoming.url ?? ''
  // What the server has tidied is passed on as it was sent: it names nothing of an api.
  const path = DOT_SEGMENT.test(target) ? withoutQuery(target) : pathIn(c.req.url)
  const mount = basePath(c)
  if (mount === '/' || mount === '') return { path, mountPath: '', native: c }
  let end = 0
  for (let left = mount.split('/').length - 1; left > 0 && end !== -1; left--) end = path.indexOf('/', end + 1)
  const mountPath = end === -1 ? path : path.slice(0, end)
  // Two slashes in front would make a URL's authority of what is only a path.
  return { path: end === -1 ? '/' : path.slice(end), mountPath: mountPath.startsWith('//') ? '' : mountPath, native: c }
}

const pathIn = (url: string) => withoutQuery(url.slice(url.indexOf('/', url.indexOf('://') + 3)))

function withoutQuery(target: string): string {
  const end = target.search(/[?#]/)
  return end === -1 ? target : target.slice(0, end)
}
