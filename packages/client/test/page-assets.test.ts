import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pageAssetsScript } from '../src/page-assets.ts'
import { hasChromium, launchChromium } from './chromium.ts'
import { listen } from './listen.ts'
import { createSlowSink } from './slow-sink.ts'

type Send = (file: Blob, options?: object) => Promise<Record<string, unknown>>
declare const PageAssets: {
  list(): Promise<{ assets: { id: number; filename: string }[] }>
  getByFilename(name: string): Promise<{ id: number } | null>
  getUrl(name: string): Promise<string | null>
  upload: Send
  delete(id: number): Promise<void>
  isOwner(): boolean
}
declare const TeamData: {
  uploadFile: Send
  listFiles(): Promise<{ files: { id: number }[] }>
  getDownloadUrl(id: number): Promise<string>
  deleteFile(id: number): Promise<void>
}

/** Answers as the page-assets API does, for page 123 and its team. */
function createPageApi() {
  const rows: Record<string, { id: number; filename: string; content_type: string; size: number; url: string }[]> = {}
  let lastId = 0
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, collection = '', id, action] =
      /^\/api\/pages\/123\/(assets|team-files)(?:\/(\d+)(?:\/(download))?)?$/.exec(request.url ?? '') ?? []
    const send = (status: number, value?: unknown) =>
      response.writeHead(status).end(value === undefined ? '' : JSON.stringify(value))
    if (!request.headers.cookie?.includes('session=alice')) return void send(401, { error: 'Sign in first' })
    const list = rows[collection] ?? []
    rows[collection] = list
    if (action) return void send(200, { url: `/signed/${id}`, expires_at: '2030-01-01T00:00:00Z' })
    if (request.method === 'GET') return void send(200, { [collection === 'assets' ? 'assets' : 'files']: list })
    if (request.method === 'DELETE') {
      const at = list.findIndex(row => row.id === Number(id))
      if (at < 0) return void send(404, { error: `There is no asset ${id}` })
      list.splice(at, 1)
      return void send(204)
    }
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const form = await new Response(Buffer.concat(chunks), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData()
    const file = form.get('file') as File
    lastId += 1
    const row = {
      id: lastId,
      filename: file.name,
      content_type: file.type,
      size: file.size,
      url: `/pages/123/assets/${file.name}`,
    }
    list.unshift(row)
    send(201, row)
  }
  return { rows, answer }
}

describe.skipIf(!hasChromium)('the browser script of page assets', () => {
  let browser: Browser
  let page: Page
  let server: Awaited<ReturnType<typeof listen>>
  let api: ReturnType<typeof createPageApi>
  let sink: ReturnType<typeof createSlowSink>
  let isSlow = false

  beforeAll(async () => {
    const html = (attributes: string) => `<!doctype html><input type="file"><script src="/page-assets.js" ${attributes}></script>`
    server = await listen((request, response) => {
      if (request.url === '/page-assets.js')
        return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(pageAssetsScript())
      if (request.url === '/open') {
        sink.open()
        return void response.end()
      }
      if (isSlow && request.method === 'POST') return void sink.take(request, response, { id: 99 })
      if (request.url?.startsWith('/api/')) return void api.answer(request, response).catch(() => response.destroy())
      const attributes =
        { '/owner': 'data-page="123" data-is-owner="true"', '/guest': 'data-page="123"' }[request.url ?? ''] ?? ''
      response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'session=alice; HttpOnly' }).end(html(attributes))
    })
    browser = await launchChromium()
  })
  beforeEach(async () => {
    api = createPageApi()
    sink = createSlowSink()
    isSlow = false
    page = await browser.newPage()
    await page.goto(`${server.origin}/owner`)
    return () => page.close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  it('uploads what a person picked, finds it and deletes it', async () => {
    await page.setInputFiles('input', { name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from('picture') })
    const result = await page.evaluate(async () => {
      const file = document.querySelector('input')?.files?.[0] as File
      const seen: unknown[] = []
      const uploaded = await PageAssets.upload(file, { onProgress: (progress: unknown) => seen.push(progress) })
      const renamed = await PageAssets.upload(new Blob(['b'], { type: 'text/plain' }), { filename: 'ü b.txt' })
      const { assets } = await PageAssets.list()
      const found = await PageAssets.getByFilename('logo.png')
      const url = await PageAssets.getUrl('logo.png')
      const nothing = [await PageAssets.getByFilename('no.png'), await PageAssets.getUrl('no.png')]
      const deleted = await PageAssets.delete(found?.id ?? 0)
      return { uploaded, renamed, names: assets.map(({ filename }) => filename), found, url, nothing, deleted, seen }
    })
    expect(result).toMatchObject({
      uploaded: { id: 1, filename: 'logo.png', content_type: 'image/png', size: 7 },
      renamed: { filename: 'ü b.txt', content_type: 'text/plain' },
      names: ['ü b.txt', 'logo.png'],
      found: { id: 1 },
      url: '/pages/123/assets/logo.png',
      nothing: [null, null],
    })
    expect(result.deleted).toBeUndefined()
    expect(result.seen.at(-1)).toEqual({ loaded: 7, total: 7, fraction: 1 })
    expect(api.rows.assets).toHaveLength(1)
  })

  it('keeps team files', async () => {
    const result = await page.evaluate(async () => {
      const file = await TeamData.uploadFile(new File(['a'], 'plan.pdf'))
      const { files } = await TeamData.listFiles()
      const url = await TeamData.getDownloadUrl(Number(file.id))
      await TeamData.deleteFile(Number(file.id))
      return { file, count: files.length, url }
    })
    expect(result).toMatchObject({ file: { filename: 'plan.pdf' }, count: 1, url: '/signed/1' })
    expect(api.rows['team-files']).toHaveLength(0)
  })

  it('knows at once whether the page was made for its owner', async () => {
    expect(await page.evaluate(() => PageAssets.isOwner())).toBe(true)
    await page.goto(`${server.origin}/guest`)
    expect(await page.evaluate(() => PageAssets.isOwner())).toBe(false)
  })

  it('shows how far an upload is, and ends it when it is aborted', async () => {
    isSlow = true
    const run = (abort: boolean) =>
      page.evaluate(async abort => {
        const controller = new AbortController()
        const seen: { fraction: number }[] = []
        const onProgress = (progress: { fraction: number }) => {
          if (seen.push(progress) > 1) return
          if (abort) controller.abort()
          else void fetch('/open')
        }
        const upload = PageAssets.upload(new Blob([new Uint8Array(24 * 1024 * 1024)]), { onProgress, signal: controller.signal })
        const end = await upload.then(String, (error: Error) => error.name)
        return { end, first: seen[0]?.fraction ?? 1, last: seen.at(-1)?.fraction }
      }, abort)
    const done = await run(false)
    expect(done).toMatchObject({ end: '[object Object]', last: 1 })
    expect(done.first).toBeLessThan(1)
    sink = createSlowSink()
    expect(await run(true)).toMatchObject({ end: 'AbortError' })
    sink.open()
    await sink.cut
  })

  it('says what the API said when something fails', async () => {
    const errors = await page.evaluate(async () => {
      const failed = (call: Promise<unknown>) =>
        call.then(String, (error: Error & { status?: number }) => [error.message, error.status])
      return [await failed(PageAssets.delete(77)), await failed(PageAssets.upload(null as unknown as Blob))]
    })
    expect(errors).toEqual([
      ['There is no asset 77', 404],
      ['Nothing to upload: pass a File, such as input.files[0].', undefined],
    ])
  })

  it('refuses to start without a page', async () => {
    const error = page.waitForEvent('pageerror')
    await page.goto(`${server.origin}/nothing`)
    expect((await error).message).toContain('needs a data-page attribute')
  })
})
