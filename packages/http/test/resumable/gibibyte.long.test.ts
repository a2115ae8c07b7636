import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DefaultHttpStack, Upload } from 'tus-js-client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hasChromium, launchChromium } from '../../../client/test/chromium.ts'
import { type Order, partOf } from './browser/order.ts'
import { digestOf, servePage, uploadsOn } from './browser/pages.ts'
import { openCutProxy } from './cut-proxy.ts'
import { startTusProcess } from './tus-process.ts'

vi.setConfig({ testTimeout: 900_000 })

const GIB = 1024 ** 3
/** No power of two: what is at the wrong place then looks wrong. */
const file = { sizeBytes: GIB, part: { bytes: 1_000_003, seed: 3 } }
const DIGEST = digestOf(file)
const CUTS_AT = [200_000_000, 250_000_000, 150_000_000, 300_000_000]
/** The server is killed and started anew while the connection stands still. */
const RESTART_AT_CUT = 3
/** Half the file: nothing of its size is ever collected. */
const MOST_MIB = 512

/** A server behind connections that are cut three times, and once more with a restart. */
async function open() {
  const server = await startTusProcess()
  const proxy = await openCutProxy(async () => server.port)
  onTestFinished(() => proxy.close())
  let cuts = 0
  proxy.cut(CUTS_AT, async () => {
    cuts += 1
    if (cuts === RESTART_AT_CUT) await server.kill().then(server.start)
  })
  return { server, proxy, endpoint: `http://127.0.0.1:${proxy.port}/files/uploads/resumable` }
}

async function hasArrived({ server, proxy }: Awaited<ReturnType<typeof open>>): Promise<void> {
  expect(proxy.cutsLeft).toBe(0)
  // Read once more by a job, since no process has seen all of it.
  await expect
    .poll(server.assets, { timeout: 300_000, interval: 500 })
    .toMatchObject({ items: [{ sizeBytes: GIB, sha256: DIGEST }] })
  const peakMib = server.peakMib()
  console.info(`The server had at most ${peakMib} MiB.`)
  expect(peakMib).toBeLessThan(MOST_MIB)
}

describe('a gibibyte, through three cuts and a restart,', () => {
  it.skipIf(!hasChromium).each(['tus-js-client', 'Uppy'] as const)('from Chromium by %s', async by => {
    const world = await open()
    const pages = createServer(await servePage())
    await new Promise<void>(resolve => pages.listen(0, '127.0.0.1', resolve))
    const browser = await launchChromium()
    onTestFinished(async () => {
      await browser.close()
      pages.close()
    })
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}`)
    const { begin, end } = uploadsOn(page)
    const order: Order = { by, endpoint: world.endpoint, ...file, retryDelayMs: 200 }
    await begin(order)
    await end()
    await hasArrived(world)
  })

  it('from Node by tus-js-client', async () => {
    const world = await open()
    const folder = await mkdtemp(join(tmpdir(), 'stowage-tus-file-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'film.bin')
    await writeFilm(path)
    const agent = new Agent({ keepAlive: false })
    onTestFinished(() => agent.destroy())
    await new Promise<void>((resolve, reject) => {
      new Upload(createReadStream(path), {
        endpoint: world.endpoint,
        httpStack: new DefaultHttpStack({ agent }),
        headers: { authorization: 'Bearer alice' },
        retryDelays: Array.from({ length: 50 }, () => 200),
        onSuccess: () => resolve(),
        onError: reject,
      }).start()
    })
    await hasArrived(world)
  })
})

async function writeFilm(path: string): Promise<void> {
  const [film, part] = [createWriteStream(path), partOf(file, 0)]
  for (let left = GIB; left > 0; left -= part.byteLength) {
    if (!film.write(part.subarray(0, left))) await once(film, 'drain')
  }
  film.end()
  await once(film, 'close')
}
