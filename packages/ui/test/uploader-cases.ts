import type { Route } from 'playwright-core'
import { expect, it } from 'vitest'
import type { StowageUploader } from '../src/index.ts'
import { eventually, type OpenedPage } from './page.ts'
import { samples, type World } from './world.ts'

/** What the page's scripts find. */
declare const stowage: typeof import('../src/index.ts') & typeof import('@stowage/client')

const PIECES = /\/api\/assets\/uploads\/resumable\/\w+$/
const FILM = Buffer.alloc(3_500_000, 7)
const UPLOADS = /\/api\/assets$/
const files = samples.map(({ name, type, bytes }) => ({ name, mimeType: type, buffer: Buffer.from(bytes) }))

/** What a visitor does with an uploader. */
export function uploaderCases(world: () => World, opened: () => OpenedPage): void {
  /** From now on with a source of its own, which sends what is large in pieces. */
  const useSource = (sending: object) =>
    opened().page.evaluate(sending => {
      const client = stowage.createAssetClient({ baseUrl: '/api/assets', token: 'secret' })
      const pieces = { largeAboveBytes: 1_000_000, way: 'auto', chunkBytes: 1_000_000, retryDelayMs: 1 } as const
      const uploader = document.querySelector('stowage-uploader') as StowageUploader
      Object.assign(uploader, { accept: '', maxBytes: 0 })
      uploader.clear()
      uploader.source = stowage.houseSource(client, { authenticated: true, sending: { ...pieces, ...sending } })
    }, sending)
  const chooseFilm = () =>
    opened()
      .uploader.locator('input[type=file]')
      .setInputFiles([{ name: 'film.mov', mimeType: 'video/quicktime', buffer: FILM }])
  const status = () => opened().uploader.locator('[role=status]').innerText()
  const names = async () => (await world().list()).map(({ filename }) => filename).sort()

  it('sends what was chosen, and the gallery beside it shows it', async () => {
    const { page, uploader, tile, mount, inspect } = opened()
    await world().clear()
    await mount()
    await page.evaluate(() => {
      Object.assign(window, { seen: [] })
      for (const name of ['stowage-progress', 'stowage-upload', 'stowage-error']) {
        document.addEventListener(name, event => (window as unknown as { seen: string[] }).seen.push(event.type))
      }
    })
    const chooser = page.waitForEvent('filechooser')
    await uploader.getByRole('button', { name: 'Choose files' }).press('Enter')
    await (await chooser).setFiles(files.slice(0, 4))
    await uploader.getByText('4 files uploaded').first().waitFor()
    expect(await names()).toEqual(['Quarterly report.pdf', 'fonts.zip', 'interview.mp3', 'notes.txt'])
    await tile('fonts.zip').waitFor()
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen)
    expect(seen.filter(name => name === 'stowage-upload')).toHaveLength(4)
    expect(seen).toContain('stowage-progress')
    await inspect('uploader-done')
    await uploader.getByRole('button', { name: 'Clear' }).click()
    expect(await uploader.getByRole('listitem').count()).toBe(0)
  }, 60_000)

  it('takes what is dropped and what is pasted', async () => {
    const { page, uploader, inspect } = opened()
    const transfer = await page.evaluateHandle(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }))
      return transfer
    })
    await uploader.dispatchEvent('dragover', { dataTransfer: transfer })
    await uploader.getByText('Drop to upload').waitFor()
    await inspect('uploader-drag')
    await uploader.dispatchEvent('drop', { dataTransfer: transfer })
    await page.evaluate(() => {
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File(['pasted'], 'pasted.txt', { type: 'text/plain' }))
      const paste = () => new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true, composed: true })
      // What is pasted into a text field belongs to it.
      document.querySelector('stowage-gallery')?.shadowRoot?.querySelector('input')?.dispatchEvent(paste())
      document.body.dispatchEvent(paste())
    })
    await uploader.getByText('2 files uploaded').first().waitFor()
    expect(await names()).toEqual(expect.arrayContaining(['dropped.txt', 'pasted.txt']))
    await uploader.getByRole('button', { name: 'Clear' }).click()
  }, 60_000)

  it('says what failed and why, sends it again, and lets go of what is cancelled', async () => {
    const { page, uploader, inspect } = opened()
    const held: Route[] = []
    const refusal = {
      status: 403,
      contentType: 'application/problem+json',
      body: '{"detail":"The scope assets:write is missing."}',
    }
    await page.route(UPLOADS, route => {
      if (route.request().method() !== 'POST') return route.continue()
      held.push(route)
      if (held.length === 1) return route.fulfill(refusal)
    })
    await page.evaluate(() => {
      const uploader = document.querySelector('stowage-uploader') as StowageUploader
      Object.assign(uploader, { accept: 'image/*,.txt', maxBytes: 1_000_000 })
      uploader.add([
        new File([new Uint8Array(1_000_001)], 'A very long name of a picture that somebody made on holiday.png', {
          type: 'image/png',
        }),
      ])
    })
    const other = { name: 'film.mov', mimeType: 'video/quicktime', buffer: Buffer.from('moov') }
    await uploader
      .locator('input[type=file]')
      .setInputFiles([other, ...files.slice(4), { ...other, name: 'no type.txt', mimeType: '' }])
    await uploader.getByText('The scope assets:write is missing.').waitFor()
    await eventually(() => held.length).toBe(4)
    expect(await uploader.locator('li').getByText('Too large: files may have 1 MB. Choose a smaller one.').count()).toBe(1)
    expect(await uploader.locator('li').getByText('This type is not accepted. Choose one of: images, TXT.').count()).toBe(1)
    expect(await uploader.locator('li').getByText('You may not upload here.').count()).toBe(1)
    await inspect('uploader-mixed', true)
    await uploader.getByRole('button', { name: 'Cancel all' }).click()
    await eventually(() => uploader.locator('li').getByText('Cancelled').count()).toBe(4)
    await page.unroute(UPLOADS)
    await uploader.getByRole('button', { name: 'Try again: harbour.png' }).click()
    await uploader.getByRole('listitem').filter({ hasText: 'harbour.png' }).getByText('Uploaded').waitFor()
    expect(await names()).toEqual(expect.arrayContaining(['harbour.png']))
    await inspect('uploader-failed')
    await uploader.getByRole('button', { name: 'Clear' }).click()
  }, 60_000)

  it('goes on by itself once there is a connection again', async () => {
    const { page, uploader } = opened()
    await useSource({ retries: 0 })
    await page.route(UPLOADS, route => route.abort(), { times: 1 })
    await uploader
      .locator('input[type=file]')
      .setInputFiles([{ name: 'lost.txt', mimeType: 'text/plain', buffer: Buffer.from('lost') }])
    await uploader.getByText('The connection was lost.').first().waitFor()
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    await uploader.getByText('1 file uploaded').first().waitFor()
    expect(await names()).toContain('lost.txt')
  }, 60_000)

  it('pauses and goes on, by keyboard, and waits while there is no connection', async () => {
    const { page, uploader, inspect } = opened()
    await useSource({ retries: 1 })
    const held: Route[] = []
    let pieces = 0
    await page.route(PIECES, route => {
      const isPiece = route.request().method() === 'PATCH'
      if (isPiece) pieces += 1
      // The second does not arrive.
      if (isPiece && pieces === 2) held.push(route)
      else return route.continue()
    })
    await chooseFilm()
    await eventually(() => held.length).toBe(1)
    const pause = uploader.getByRole('button', { name: 'Pause upload of film.mov' })
    await pause.focus()
    await page.keyboard.press('Enter')
    await uploader.getByText(/^Paused · \d/).waitFor()
    expect(await status()).toBe('Upload of film.mov paused')
    await inspect('uploader-paused')
    expect(await uploader.getByRole('button', { name: 'Resume upload of film.mov' }).evaluate(isFocused)).toBe(true)
    pieces = 0
    await page.keyboard.press('Enter')
    await eventually(() => held.length).toBe(2)
    await page.context().setOffline(true)
    await uploader.locator('li').getByText('Connection lost. Trying again…').waitFor()
    expect(await status()).toBe('film.mov: Connection lost. Trying again…')
    await inspect('uploader-retrying')
    await page.context().setOffline(false)
    await uploader.getByText('1 file uploaded').first().waitFor()
    expect(await names()).toContain('film.mov')
    await page.unroute(PIECES)
  }, 60_000)

  it('goes on from where it was, once asked, when it had failed for good', async () => {
    const { page, uploader } = opened()
    await useSource({ retries: 0 })
    const asked: string[] = []
    await page.route(/\/uploads\/resumable/, route => {
      const method = route.request().method()
      asked.push(method)
      return asked.filter(each => each === 'PATCH').length === 2 && method === 'PATCH' ? route.abort() : route.continue()
    })
    await chooseFilm()
    await uploader.locator('li').getByText('The connection was lost.').waitFor()
    expect(asked).toEqual(['POST', 'PATCH', 'PATCH'])
    await uploader.getByRole('button', { name: 'Try again: film.mov' }).press('Enter')
    await uploader.getByText('1 file uploaded').first().waitFor()
    expect(asked.slice(3)).toEqual(['HEAD', 'PATCH', 'PATCH', 'PATCH', 'GET'])
    await page.unroute(/\/uploads\/resumable/)
  }, 60_000)

  it('tells who may not upload', async () => {
    const { page, uploader, inspect } = opened()
    await page.evaluate(() => {
      const uploader = document.querySelector('stowage-uploader') as StowageUploader
      uploader.source = { list: async () => ({ items: [], cursor: null }) }
      uploader.clear()
    })
    await uploader.getByText('You can look at these files, but not add any.').waitFor()
    expect(await uploader.getByRole('button').count()).toBe(0)
    await inspect('uploader-forbidden')
  }, 60_000)

  it('said nothing on the console', () => {
    expect(opened().complaints).toEqual([])
  })
}

function isFocused(element: Element): boolean {
  return (element.getRootNode() as ShadowRoot).activeElement === element
}
