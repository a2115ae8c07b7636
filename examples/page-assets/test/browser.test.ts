import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type RunningExample, startExample } from '@stowage-examples/shared/start-example'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) process.stderr.write(`The browser tests need ${CHROMIUM}: run "apt-get install chromium", or set CHROMIUM_PATH.\n`)

const photo = fileURLToPath(new URL('../photo.jpg', import.meta.url))
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe.skipIf(missing)('a person at the page', () => {
  let server: RunningExample
  let browser: Browser
  beforeAll(async () => {
    server = await startExample('page-assets')
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET })
  })
  afterAll(async () => {
    await browser.close()
    await server.remove()
  })

  const open = async (path: string, user: string): Promise<Page> => {
    const page = await browser.newPage()
    await page.goto(`${server.origin}${path}`)
    const reloaded = page.waitForEvent('load')
    await page.getByLabel('Signed in as').selectOption(user)
    await reloaded
    return page
  }

  it('signs in, picks a photo, sees progress, sees the picture appear, and deletes it', async () => {
    const page = await open('/pages/my-blog', 'vm_alice')
    // Records what the bar shows, since a small file passes quickly.
    await page.evaluate(() => {
      const bar = document.querySelector('progress') as HTMLProgressElement
      const seen: [HTMLElement['hidden'], number][] = []
      Object.assign(window, { seen })
      const note = (): number => seen.push([bar.hidden, bar.value])
      new MutationObserver(note).observe(bar, { attributes: true })
    })
    await page.getByLabel('Add a file').setInputFiles(photo)
    const picture = page.getByRole('img', { name: 'photo.jpg' })
    await picture.waitFor()
    await expect.poll(() => picture.evaluate(image => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0)
    const seen = (await page.evaluate('window.seen')) as [boolean, number][]
    expect(seen.some(([hidden]) => !hidden)).toBe(true)
    expect(Math.max(...seen.map(([, value]) => value))).toBe(1)
    expect(await page.locator('progress').isHidden()).toBe(true)

    await page.getByRole('button', { name: 'Delete photo.jpg' }).click()
    await picture.waitFor({ state: 'detached' })
    expect(await (await fetch(`${server.origin}/api/pages/123/assets`)).json()).toEqual({ assets: [] })
    await page.close()
  })

  it('cancels an upload that is under way, and nothing is kept of it', async () => {
    const page = await open('/pages/123', 'vm_alice')
    const network = await page.context().newCDPSession(page)
    await network.send('Network.enable')
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 200_000,
    })
    await page
      .getByLabel('Add a file')
      .setInputFiles({ name: 'slow.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(5_000_000) })
    await expect.poll(() => page.locator('progress').evaluate(bar => (bar as HTMLProgressElement).value)).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/abort/i)
    expect(await (await fetch(`${server.origin}/api/pages/123/assets`)).json()).toEqual({ assets: [] })
    await page.close()
  })

  it('uses the scripts a page has: window.PageAssets and window.TeamData', async () => {
    const page = await open('/pages/team-space', 'vm_carol')
    const result = await page.evaluate(`(async () => {
      const denied = await PageAssets.upload(new File(['x'], 'x.txt')).catch(error => [error.status, error.message])
      const file = await TeamData.uploadFile(new File(['plan'], 'plan.txt', { type: 'text/plain' }))
      const { files } = await TeamData.listFiles()
      const text = await (await fetch(await TeamData.getDownloadUrl(file.id))).text()
      await TeamData.deleteFile(file.id)
      return { isOwner: PageAssets.isOwner(), denied, names: files.map(file => file.filename), text, left: (await TeamData.listFiles()).files.length, none: await PageAssets.getByFilename('logo.png') }
    })()`)
    expect(result).toEqual({
      isOwner: false,
      denied: [403, expect.any(String)],
      names: ['plan.txt'],
      text: 'plan',
      left: 0,
      none: null,
    })
    await page.close()
  })

  it('can not run script from a file that was uploaded as HTML', async () => {
    const body = new FormData()
    body.append('file', new Blob(['<script>document.title = "ran"</script>'], { type: 'text/html' }), 'page.html')
    const made = await fetch(`${server.origin}/api/pages/123/assets`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer vm_alice' },
    })
    const { url } = (await made.json()) as { url: string }
    const page = await browser.newPage()
    await page.goto(`${server.origin}/pages/123`)
    const download = page.waitForEvent('download')
    await page.evaluate(address => location.assign(address), url)
    expect((await download).suggestedFilename()).toBe('page.html')
    expect(await page.title()).toBe('My blog')
    await page.close()
  })
})
