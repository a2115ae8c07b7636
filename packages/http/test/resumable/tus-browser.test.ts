import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { hasChromium, launchChromium } from '../../../client/test/chromium.ts'
import type { Order } from './browser/order.ts'
import { digestOf, servePage, uploadsOn } from './browser/pages.ts'
import { startRestartable } from './restartable.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 60_000 })

const SIZE = 2 * 1024 * 1024 + 77
const file = { sizeBytes: SIZE, part: { bytes: 100_003, seed: 7 } }
const DIGEST = digestOf(file)

describe.skipIf(!hasChromium)('tus in Chromium', () => {
  let browser: Browser
  let page: Page
  let elsewhere: Server
  let world: Awaited<ReturnType<typeof startRestartable>>
  let uploads: ReturnType<typeof uploadsOn>

  const portOf = (server: Server) => (server.address() as AddressInfo).port

  beforeAll(async () => {
    const served = await servePage()
    elsewhere = createServer(served)
    await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve))
    world = await startRestartable({ page: served, cors: { origins: [`http://127.0.0.1:${portOf(elsewhere)}`] } })
    browser = await launchChromium()
    page = await browser.newPage()
    uploads = uploadsOn(page)
  }, 60_000)
  beforeEach(async () => {
    await world.removeAll()
    world.asked.length = 0
    await page.goto(world.origin)
    await page.evaluate(() => localStorage.clear())
  })
  afterAll(async () => {
    await browser?.close()
    elsewhere?.closeAllConnections()
    elsewhere?.close()
    await world?.close()
  })

  const order = (more: Partial<Order> = {}): Order => ({ by: 'tus-js-client', endpoint: world.endpoint, ...file, ...more })
  const begun = () => world.asked.filter(({ method }) => method === 'POST').length
  const lastOffset = () => world.asked.findLast(({ method }) => method === 'PATCH')?.offsetBytes

  describe.each(['tus-js-client', 'Uppy'] as const)('%s', by => {
    it('uploads in one request, and shows how far it is', async () => {
      await uploads.begin(order({ by }))
      const { progress, asset, failed } = await uploads.end()
      expect(await world.digests()).toEqual([DIGEST])
      expect([progress.at(-1), failed]).toEqual([SIZE, 0])
      expect(progress).toEqual(progress.toSorted((a, b) => a - b))
      expect(asset).not.toBe(null)
    })

    it('goes on after cut connections, with the upload that it began', async () => {
      world.proxy.cut([5000, 300_000, 700_000, 1, 400_000])
      await uploads.begin(order({ by }))
      await uploads.end()
      expect([await world.digests(), world.proxy.cutsLeft, begun()]).toEqual([[DIGEST], 0, 1])
    })

    it('waits while the browser is offline, and then goes on', async () => {
      const { proxy } = world
      // The browser itself tries once more, unseen by anybody, where it can.
      proxy.cut([1_000_000], () => page.context().setOffline(true).then(proxy.down))
      await uploads.begin(order({ by }))
      await uploads.failed()
      proxy.up()
      await page.context().setOffline(false)
      await uploads.end()
      expect([await world.digests(), begun()]).toEqual([[DIGEST], 1])
      expect(lastOffset()).toBeGreaterThan(0)
    })

    it('goes on after the server was started anew', async () => {
      world.proxy.cut([5000, 700_000, 3000, 600_000], world.restart)
      await uploads.begin(order({ by }))
      await uploads.end()
      expect([await world.digests(), world.proxy.cutsLeft]).toEqual([[DIGEST], 0])
    })

    it('goes on after the page was loaded anew', async () => {
      const { promise: loaded, resolve } = Promise.withResolvers<unknown>()
      world.proxy.cut([1_200_000], async () => resolve(await page.reload()))
      await uploads.begin(order({ by }))
      await loaded
      await uploads.begin(order({ by }))
      const { failed } = await uploads.end()
      expect([await world.digests(), failed, begun()]).toEqual([[DIGEST], 0, 1])
      expect(lastOffset()).toBeGreaterThan(0)
    })

    it('uploads three files at once', async () => {
      world.proxy.cut([900_000, 900_000])
      await uploads.begin(order({ by, files: 3, chunkBytes: 600_000 }))
      const { urls } = await uploads.end()
      expect([new Set(urls).size, world.proxy.cutsLeft]).toEqual([3, 0])
      expect((await world.digests()).toSorted()).toEqual([0, 1, 2].map(number => digestOf(file, number)).toSorted())
    })
  })

  it.each([
    ['in small pieces', { chunkBytes: 250_001 }],
    ['in small pieces, the first with its creation', { chunkBytes: 500_000, withCreation: true }],
    ['in one request that creates it too', { withCreation: true }],
    ['as a stream whose length nobody knows', { deferred: true, chunkBytes: 400_000 }],
  ] as const)('takes a file %s, cut or not', async (_how, how) => {
    world.proxy.cut([600_000, 500_000])
    await uploads.begin(order(how))
    await uploads.end()
    expect([await world.digests(), world.proxy.cutsLeft]).toEqual([[DIGEST], 0])
  })

  it('keeps nothing of a request whose checksum does not hold, and takes it again', async () => {
    await uploads.begin(order({ checksum: true, spoils: true, chunkBytes: 800_000 }))
    const { failed } = await uploads.end()
    expect([await world.digests(), failed]).toEqual([[DIGEST], 1])
    const offsets = world.asked.filter(({ method }) => method === 'PATCH').map(({ offsetBytes }) => offsetBytes)
    expect(offsets).toEqual([0, 0, 800_000, 1_600_000])
  })

  it('does not send again what it has sent before', async () => {
    await uploads.begin(order())
    const { urls } = await uploads.end()
    await uploads.begin(order())
    expect((await uploads.end()).urls).toEqual(urls)
    expect([await world.digests(), world.asked.map(({ method }) => method)]).toEqual([[DIGEST], ['POST', 'PATCH', 'HEAD']])
  })

  it('is open to pages of other origins that may use it, and to no other', async () => {
    await page.goto(`http://127.0.0.1:${portOf(elsewhere)}`)
    world.proxy.cut([1_000_000])
    await uploads.begin(order({ chunkBytes: 700_000, checksum: true }))
    const { urls, asset } = await uploads.end()
    expect(await world.digests()).toEqual([DIGEST])
    expect(asset).not.toBe(null)
    const readable = await page.evaluate(async at => {
      const answer = await fetch(at, { method: 'HEAD', headers: { authorization: 'Bearer alice', 'tus-resumable': '1.0.0' } })
      const names = ['tus-resumable', 'upload-offset', 'upload-length', 'upload-metadata', 'stowage-upload-state']
      return names.filter(name => answer.headers.has(name)).length
    }, urls[0] ?? '')
    expect(readable).toBe(5)
    await page.goto(`http://localhost:${portOf(elsewhere)}`)
    await uploads.begin(order())
    await expect(uploads.end()).rejects.toThrow(/failed to create upload/)
    expect(await world.digests()).toHaveLength(1)
  })
})
