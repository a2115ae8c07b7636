import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AssetClient, UploadTask } from '../src/index.ts'
import { bundleClient } from './bundle.ts'
import { hasChromium, launchChromium } from './chromium.ts'
import { numberedBytes, sha256Of } from './numbered-file.ts'
import { MIB, openResumableWorld } from './resumable-world.ts'

/** What the page's scripts find. */
declare const start: (options?: object) => UploadTask
declare const assets: AssetClient
declare let task: UploadTask
declare let retries: string[]
declare let seen: number[]

const SIZE = 3 * MIB + 77
const DIGEST = sha256Of(numberedBytes(SIZE))
const SCRIPT = `
  const assets = stowage.createAssetClient({ baseUrl: '/api/assets', token: 'secret' })
  const view = new DataView(new ArrayBuffer(${SIZE}))
  for (let at = 0; at + 4 <= ${SIZE}; at += 4096) view.setUint32(at, at)
  const file = new File([view], 'big.bin', { lastModified: 1 })
  let task, retries, seen
  const start = options => {
    task = assets.startUpload(file, { largeAboveBytes: 1, chunkBytes: ${MIB / 2}, retryDelayMs: 1, ...options })
    retries = []
    seen = []
    task.on('retry', ({ error }) => retries.push(error.code))
    task.on('progress', ({ loaded }) => seen.push(loaded))
    return task
  }
`
const PAGE = `<!doctype html><script src="/client.js"></script><script>${SCRIPT}</script>`

describe.skipIf(!hasChromium)('resumable uploads in Chromium', () => {
  let browser: Browser
  let page: Page
  let bundle: Uint8Array
  let world: Awaited<ReturnType<typeof openResumableWorld>>

  beforeAll(async () => {
    bundle = await bundleClient('iife')
    browser = await launchChromium()
  }, 60_000)
  beforeEach(async () => {
    world = await openResumableWorld((request, response) => {
      const script = request.url === '/client.js'
      response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' }).end(script ? bundle : PAGE)
    })
    page = await browser.newPage()
    await page.goto(world.origin)
    return async () => {
      await page.close()
      await world.close()
    }
  })
  afterAll(() => browser?.close())

  const isStuck = () => expect.poll(() => world.proxy.troubles(), { timeout: 20_000 }).toBe(1)
  const end = () =>
    page.evaluate(async () => {
      const { sha256 } = await task.done
      return { sha256, way: task.way, seen, retries, kept: localStorage.length }
    })

  it('are what a large file goes by, cut or not, and show how far they are', async () => {
    world.proxy.next({ at: 1.2 * MIB, how: 'cut' })
    await page.evaluate(() => void start())
    const { sha256, way, seen } = await end()
    expect([sha256, way, world.proxy.troubles()]).toEqual([DIGEST, 'resumable', 1])
    expect(seen.length).toBeGreaterThan(5)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(SIZE)
    expect(world.asked.filter(line => line.startsWith('POST'))).toEqual(['POST /uploads', 'POST /uploads/resumable'])
  }, 60_000)

  it('wait while the browser is offline, and then go on', async () => {
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    // The network that is back ends a wait that would be long.
    await page.evaluate(() => void start({ retries: 1, retryDelayMs: 600_000 }))
    await isStuck()
    await page.context().setOffline(true)
    await page.waitForFunction(() => retries.length > 0)
    const offline = await page.evaluate(() => fetch('/').then(String, () => [task.state, navigator.onLine]))
    expect(offline).toEqual(['running', false])
    const asked = world.asked.length
    await page.context().setOffline(false)
    const { sha256, retries: failed } = await end()
    expect([sha256, failed]).toEqual([DIGEST, ['network']])
    expect(world.asked[asked]).toBe('HEAD /uploads/resumable/:id')
  }, 60_000)

  it('go on where a connection stood still', async () => {
    await page.clock.install()
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    await page.evaluate(() => void start())
    await isStuck()
    const pass = async () => {
      await page.clock.fastForward(60_000)
      return page.evaluate(() => retries)
    }
    await expect.poll(pass, { timeout: 20_000 }).toEqual(['network'])
    expect(await end()).toMatchObject({ sha256: DIGEST, way: 'resumable' })
  }, 60_000)

  it('are taken up after the page was loaded anew', async () => {
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    await page.evaluate(() => void start({ resume: localStorage }))
    await isStuck()
    await page.reload()
    await page.evaluate(() => void start({ resume: localStorage }))
    const { sha256, seen, kept } = await end()
    expect([sha256, kept]).toEqual([DIGEST, 0])
    expect(seen[0]).toBeGreaterThanOrEqual(MIB / 2)
    expect(world.asked.filter(line => line === 'POST /uploads/resumable')).toHaveLength(1)
  }, 60_000)

  it('pause and go on', async () => {
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    await page.evaluate(() => void start())
    await isStuck()
    await page.evaluate(async () => {
      const paused = new Promise(resolve => task.on('paused', resolve))
      task.pause()
      await paused
      task.resume()
    })
    expect(await end()).toMatchObject({ sha256: DIGEST, retries: [] })
  }, 60_000)

  it('end where they are aborted, and leave nothing', async () => {
    world.proxy.next({ at: 1.2 * MIB, how: 'hang' })
    await page.evaluate(() => void start({ resume: localStorage }))
    await isStuck()
    const ended = await page.evaluate(async () => {
      task.abort()
      const name = await task.done.then(String, (error: Error) => error.name)
      return [name, task.state, localStorage.length, (await assets.list()).items.length]
    })
    expect(ended).toEqual(['AbortError', 'aborted', 0, 0])
    await expect.poll(() => world.leftovers(), { timeout: 20_000 }).toEqual({ objects: 0, unfinished: 0 })
  }, 60_000)
})
