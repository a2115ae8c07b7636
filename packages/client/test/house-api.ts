import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Asset } from '../src/index.ts'

interface Stored {
  asset: Asset
  bytes: Buffer
}

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

/** Answers as the house API does, from memory. */
export function createHouseApi() {
  const stored: Stored[] = []
  const seen: Seen[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    const url = new URL(request.url ?? '', 'http://house')
    const [id, tail] = url.pathname
      .replace(/^\/api\/assets\/?/, '')
      .split('/')
      .map(decodeURIComponent)
    const body = await bodyOf(request)
    if (request.headers.authorization === 'Bearer wrong')
      return problem(response, 401, 'unauthenticated', 'The token is not known.')
    if (!id) return request.method === 'POST' ? upload(request, response, body) : list(url, response)
    if (id === 'generate') return generate(response, JSON.parse(body.toString()))
    const item = stored.find(({ asset }) => asset.id === id)
    if (!item) return problem(response, 404, 'not_found', `There is no asset ${id}.`)
    const { 'if-match': ifMatch } = request.headers
    if (ifMatch !== undefined && ifMatch !== item.asset.etag)
      return problem(response, 412, 'precondition_failed', 'It was changed.')
    if (tail === 'content') return content(request, response, item, body, url)
    if (tail === 'link')
      return json(response, 201, {
        url: `/links/of-${id}`,
        expiresAt: '2030-01-01T00:00:00.000Z',
        ...JSON.parse(body.toString()),
      })
    if (request.method === 'DELETE') {
      stored.splice(stored.indexOf(item), 1)
      response.writeHead(204).end()
      return
    }
    if (request.method === 'PATCH') item.asset = { ...item.asset, ...JSON.parse(body.toString()), ...next(item.asset) }
    json(response, 200, item.asset)
  }

  async function upload(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData()
    const file = form.get('file') as File
    const texts = Object.fromEntries([...form].filter(([name]) => name !== 'file' && name !== 'tags')) as Record<string, string>
    const { title = null, description = null, visibility = 'private', metadata, ...fields } = texts
    const bytes = Buffer.from(await file.arrayBuffer())
    const details = {
      title,
      description,
      visibility,
      metadata: metadata ? JSON.parse(metadata) : {},
      fields,
      tags: form.getAll('tags'),
    }
    add(response, { ...details, filename: file.name, contentType: file.type, sizeBytes: bytes.length } as Partial<Asset>, bytes)
  }

  function generate(response: ServerResponse, { prompt, aspectRatio }: { prompt: string; aspectRatio: string }): void {
    add(response, { title: `${prompt} ${aspectRatio}`, contentType: 'image/jpeg' }, Buffer.from('picture'))
  }

  function add(response: ServerResponse, details: Partial<Asset>, bytes: Buffer): void {
    const id = `asset ${stored.length + 1}`
    const asset = { id, version: 1, etag: '"1"', createdAt: '2026-01-01T00:00:00.000Z', ...details } as Asset
    stored.push({ asset, bytes })
    json(response, 201, asset)
  }

  function list(url: URL, response: ServerResponse): void {
    const limit = Number(url.searchParams.get('limit') ?? 50)
    const from = Number(url.searchParams.get('cursor') ?? 0)
    const rest = stored.length > from + limit
    const items = stored.slice(from, from + limit).map(({ asset }) => asset)
    json(response, 200, { items, cursor: rest ? String(from + limit) : null, total: null })
  }

  function content(request: IncomingMessage, response: ServerResponse, item: Stored, body: Buffer, url: URL): void {
    if (request.method === 'PUT') {
      item.bytes = body
      const filename = url.searchParams.get('filename') ?? item.asset.filename
      const contentType = request.headers['content-type'] ?? null
      item.asset = { ...item.asset, filename, contentType, sizeBytes: body.length, ...next(item.asset) }
      json(response, 200, item.asset)
      return
    }
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '')
    if (!range) {
      response.writeHead(200).end(item.bytes)
      return
    }
    const [start, end] = range[1]
      ? [Number(range[1]), Number(range[2] || item.bytes.length - 1) + 1]
      : [-Number(range[2]), undefined]
    response.writeHead(206).end(item.bytes.subarray(start, end))
  }

  return {
    stored,
    seen,
    listener: (request: IncomingMessage, response: ServerResponse) => {
      answer(request, response).catch(() => response.destroy())
    },
  }
}

function next(asset: Asset): Partial<Asset> {
  return { version: asset.version + 1, etag: `"${asset.version + 1}"` }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

function problem(response: ServerResponse, status: number, code: string, detail: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ type: `urn:stowage:problem:${code}`, title: 'Refused.', status, detail, code, requestId: 'r1' }))
}
