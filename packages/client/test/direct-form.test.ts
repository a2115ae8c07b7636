import type { IncomingMessage } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { createAssetClient } from '../src/index.ts'
import { listen } from './listen.ts'

const asset = { id: 'one', sizeBytes: 5 }

/** An API and a storage on one origin, as the wire has them: this storage takes forms only. */
async function openFormStorage() {
  const forms: FormData[] = []
  let refusals = 1
  const server = await listen(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const bytes = await readAll(request)
    if (request.url?.startsWith('/bucket')) {
      if (refusals-- > 0) return void answer(500, {})
      forms.push(await new Response(bytes, { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData())
      return void response.writeHead(204).end()
    }
    if (request.url === '/api/uploads/u1/complete') return void answer(201, asset)
    const fields = { key: 'staging/1', policy: 'signed' }
    const signed = { method: 'POST', url: `http://${request.headers.host}/bucket?${request.method}`, headers: {}, fields }
    const upload = {
      id: 'u1',
      method: 'post',
      state: 'open',
      sizeBytes: 5,
      request: signed,
      partBytes: null,
      partCount: null,
      parts: [],
    }
    answer(request.method === 'POST' ? 201 : 200, upload)
  })
  onTestFinished(() => server.close())
  return { assets: createAssetClient({ baseUrl: `${server.origin}/api` }), forms }
}

async function readAll(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

it('a file is posted as the last field of a form, behind what was signed, and again where that fails', async () => {
  const { assets, forms } = await openFormStorage()
  const seen: number[] = []
  const file = new File(['hello'], 'a.txt', { type: 'text/plain' })
  const options = {
    way: 'direct',
    method: 'post',
    retryDelayMs: 1,
    onProgress: ({ loaded }: { loaded: number }) => seen.push(loaded),
  } as const
  expect(await assets.upload(file, options)).toEqual(asset)
  expect(forms).toHaveLength(1)
  const entries = [...(forms[0] as FormData)]
  expect(entries.map(([name]) => name)).toEqual(['key', 'policy', 'file'])
  const posted = entries.map(([, value]) => (typeof value === 'string' ? value : value.text()))
  expect(await Promise.all(posted)).toEqual(['staging/1', 'signed', 'hello'])
  expect(seen).toEqual([5])
})
