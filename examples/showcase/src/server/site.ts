import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { RequestListener, ServerResponse } from 'node:http'
import { bundlePage } from './bundle.ts'
import { pathOf } from './owner-of.ts'

interface StaticFile {
  readonly type: string
  readonly content: Uint8Array
  readonly etag: string
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The web page at `/`, with what it loads; anything else is answered with 404. */
export async function openSite(publicUrl: string): Promise<RequestListener> {
  const files = await readSite(publicUrl)
  return (req, res) => {
    const file = files.get(pathOf(req.url))
    if (!file)
      refuse(res, 404, 'Not Found', 'There is nothing at this path. The page is at /, and it shows the four APIs of this server.')
    else if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Allow', 'GET, HEAD')
      refuse(res, 405, 'Method Not Allowed', 'The page can only be read.')
    } else answer(res, file, req.headers['if-none-match'])
  }
}

async function readSite(publicUrl: string): Promise<ReadonlyMap<string, StaticFile>> {
  const source = (name: string): Promise<Buffer> => readFile(new URL(`../page/${name}`, import.meta.url))
  const [html, icon, { script, style }] = await Promise.all([source('index.html'), source('icon.svg'), bundlePage()])
  const page = html.toString().replace(
    'PUBLIC_URL',
    publicUrl.replace(/[&"<]/g, mark => `&#${mark.charCodeAt(0)};`),
  )
  return new Map([
    ['/', file('text/html; charset=utf-8', Buffer.from(page))],
    ['/showcase/page.js', file('text/javascript; charset=utf-8', script)],
    ['/showcase/page.css', file('text/css; charset=utf-8', style)],
    ['/showcase/icon.svg', file('image/svg+xml', icon)],
  ])
}

function file(type: string, content: Uint8Array): StaticFile {
  return { type, content, etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` }
}

function answer(res: ServerResponse, { type, content, etag }: StaticFile, known: string | undefined): void {
  res.setHeader('ETag', etag)
  res.setHeader('Cache-Control', 'no-cache')
  if (known?.includes(etag)) {
    res.writeHead(304).end()
    return
  }
  res.setHeader('Content-Type', type)
  res.setHeader('Content-Length', content.byteLength)
  res.setHeader('Content-Security-Policy', POLICY)
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Referrer-Policy', 'no-referrer')
  // Node sends no body in answer to HEAD.
  res.end(content)
}

function refuse(res: ServerResponse, status: number, title: string, detail: string): void {
  res.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify({ title, status, detail }))
}
