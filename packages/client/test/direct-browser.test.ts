import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AssetClient } from '../src/index.ts'
import { bundleClient } from './bundle.ts'
import { hasChromium, launchChromium } from './chromium.ts'
import { MIB, openDirectWorld } from './direct-world.ts'

/** What the page's scripts find. */
declare const assets: AssetClient
declare const makeFile: (bytes: number) => File

const SIZE = 17 * MIB
const SCRIPT = `
  const assets = stowage.createAssetClient({ baseUrl: '/api/assets', token: 'secret' })
  const makeFile = bytes => {
    const view = new DataView(new ArrayBuffer(bytes))
    for (let at = 0; at < bytes; at += 4096) view.setUint32(at, at)
    return new File([view], 'big.bin', { lastModified: 1 })
  }
`
const PAGE = `<!doctype html><script src="/client.js"></script><script>${SCRIPT}</script>`

function digest(sizeBytes: number): string {
  const bytes = Buffer.alloc(sizeBytes)
  for (let at = 0; at < sizeBytes; at += 4096) bytes.writeUInt32BE(at, at)
  return createHash('sha256').update(bytes).digest('hex')
}

describe.skipIf(!hasChromium)('direct uploads in Chromium, to a storage of another origin', () => {
  let browser: Browser
  let page: Page
  let world: Awaited<ReturnType<typeof openDirectWorld>>

  beforeAll(async () => {
    const bundle = await bundleClient('iife')
    world = await openDirectWorld({
      page: (request, response) => {
        const script = request.url === '/client.js'
        response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' }).end(script ? bundle : PAGE)
      },
    })
    browser = await launchChromium()
    page = await browser.newPage()
    await page.goto(world.server.origin)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  const upload = (retryDelayMs: number, resumes: boolean) =>
    page.evaluate(
      async ([size, retryDelayMs, resumes]) => {
        const seen: number[] = []
        const asset = await assets.upload(makeFile(size), {
          way: 'direct',
          method: 'multipart',
          retryDelayMs,
          resume: resumes ? localStorage : undefined,
          onProgress: ({ loaded }) => seen.push(loaded),
        })
        return { sha256: asset.sha256, seen, kept: localStorage.length }
      },
      [SIZE, retryDelayMs, resumes] as const,
    )

  it('go in parts, with progress and each tried again', async () => {
    const refused = new Set<string>()
    world.interfere((request, response) => {
      const part = new URL(request.url ?? '', 'http://x').searchParams.get('part') ?? ''
      if (refused.has(part)) return false
      refused.add(part)
      request.socket.destroy()
      response.destroy()
      return true
    })
    const { sha256, seen } = await upload(1, false)
    expect([sha256, refused.size]).toEqual([digest(SIZE), 3])
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(SIZE)
  }, 60_000)

  it('go in one request, with its type where it is signed', async () => {
    world.interfere(() => false)
    const asset = await page.evaluate(async () =>
      assets.upload(new File(['hello'], 'ü.txt', { type: 'text/plain' }), { way: 'direct', title: 'T' }),
    )
    expect(asset).toMatchObject({ title: 'T', filename: 'ü.txt', contentType: 'text/plain', sizeBytes: 5 })
  }, 60_000)

  it('are taken up after the page was loaded anew', async () => {
    const held: ServerResponse[] = []
    world.sent.length = world.asked.length = 0
    world.interfere((_request, response) => {
      if (world.sent.length < 3) return false
      held.push(response)
      return true
    })
    await page.evaluate(size => {
      void assets
        .upload(makeFile(size), { way: 'direct', method: 'multipart', partsAtOnce: 1, resume: localStorage })
        .catch(() => undefined)
    }, SIZE)
    await expect.poll(() => held.length, { timeout: 30_000 }).toBe(1)
    await page.reload()
    world.interfere(() => false)
    world.sent.length = world.asked.length = 0
    const { sha256, seen, kept } = await upload(1, true)
    expect([sha256, world.sent.length, kept]).toEqual([digest(SIZE), 1, 0])
    expect(world.asked[0]).toBe('GET /uploads/:id')
    expect(seen[0]).toBeGreaterThan(0)
  }, 60_000)

  it('end where they are aborted', async () => {
    world.asked.length = 0
    const error = await page.evaluate(async size => {
      const controller = new AbortController()
      const onProgress = () => controller.abort()
      const upload = assets.upload(makeFile(size), { way: 'direct', method: 'multipart', signal: controller.signal, onProgress })
      return upload.then(String, (error: Error) => error.name)
    }, SIZE)
    expect(error).toBe('AbortError')
    // Parts that were under way when the page let go of them may be heard of, and taken back, after that.
    await expect.poll(() => world.asked, { timeout: 20_000 }).toContain('DELETE /uploads/:id')
    await expect.poll(async () => (await world.leftovers()).unfinished, { timeout: 20_000 }).toEqual([])
  }, 60_000)
})
