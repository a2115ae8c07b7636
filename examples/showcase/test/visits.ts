import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type BrowserWorld, openVisitor, photo, type Visitor } from './visitor.ts'

const SHARED = 'vault_01hzy3v7k9e8q2m4n6p8r0s1t2'

/** What people do in each of the four APIs, and what they may not. */
export function describeVisits(world: BrowserWorld): void {
  let visitor: Visitor
  beforeAll(async () => {
    visitor = await openVisitor(world.browser, world.server.origin)
  })
  afterAll(() => visitor.page.context().close())
  afterEach(() => expect(visitor.errors).toEqual([]))

  const clipboard = (): Promise<string> => visitor.page.evaluate('navigator.clipboard.readText()')
  const copyLink = async (): Promise<string> => {
    await visitor.details.getByRole('button', { name: 'Copy link' }).click()
    await visitor.details.getByText('Link copied').waitFor()
    return clipboard()
  }
  const remove = async (): Promise<void> => {
    await visitor.details.getByRole('button', { name: 'Delete' }).click()
    await visitor.details.getByRole('button', { name: 'Delete' }).click()
  }
  const latest = () => visitor.page.locator('wire-view li').first()
  const become = (name: string) => visitor.page.locator('.person').filter({ hasText: name }).first().click()

  it('uploads to a page, watches, finds, shares and deletes; another may only look', async () => {
    const { page, tile, details, upload } = visitor
    await visitor.goTo('page-assets/alice')
    await page.evaluate(() => {
      const seen: number[] = []
      Object.assign(window, { seen })
      document.addEventListener('stowage-progress', event =>
        seen.push((event as CustomEvent<{ fraction: number }>).detail.fraction),
      )
    })
    await upload(photo)
    await tile('photo.jpg').waitFor()
    expect(Math.max(...((await page.evaluate('window.seen')) as number[]))).toBe(1)
    expect(await latest().textContent()).toContain('/api/pages/123/assets')

    await page.getByPlaceholder('Search files').fill('PHOTO')
    await tile('dunes.jpg').waitFor({ state: 'detached' })
    await visitor.open('photo.jpg')
    const link = await copyLink()
    expect((await fetch(link)).headers.get('content-type')).toBe('image/jpeg')

    await details.getByRole('button', { name: 'Close' }).click()
    await become('bob')
    await page.getByText('Only alice, who owns this page').waitFor()
    await upload(photo)
    await page.locator('stowage-uploader').getByText('You may not create here.').waitFor()
    await visitor.open('photo.jpg')
    await remove()
    await details.getByText('The API refused (403)').waitFor()
    await details.getByRole('button', { name: 'Close' }).click()

    await become('alice')
    await tile('photo.jpg').waitFor()
    await visitor.open('photo.jpg')
    await remove()
    await tile('photo.jpg').waitFor({ state: 'detached' })
    expect((await fetch(link)).status).toBe(404)
  })

  it('makes a picture from words', async () => {
    const { page, tile } = visitor
    await visitor.goTo('page-assets/bob/124')
    await page.getByText('Make a picture').click()
    await page.getByLabel('Picture of').fill('Two boats')
    await page.getByRole('button', { name: 'Generate' }).click()
    await tile('two-boats').waitFor()
  })

  it('shares a file of a team by a signed link; to strangers there are none', async () => {
    await visitor.goTo('page-assets/dave/200%2Fteam')
    await visitor.open('field-guide.pdf')
    const link = await copyLink()
    expect((await fetch(link)).headers.get('content-type')).toBe('application/pdf')
    await visitor.details.getByRole('button', { name: 'Close' }).click()
    await become('nobody')
    await visitor.gallery.getByText('could not be loaded').waitFor()
  })

  it('keeps a file of the library private, then publishes it', async () => {
    const { page, tile, details } = visitor
    await visitor.goTo('asset-library/writer')
    const fields = page.getByRole('group', { name: 'Sent with each file' })
    await fields.getByLabel('Title').fill('A lake')
    await fields.getByText('Public: everyone may see it').click()
    await visitor.upload(photo)
    await tile('A lake').waitFor()
    const filters = page.getByRole('group', { name: 'Filters of this API' })
    await filters.getByLabel('Type').selectOption('pdf')
    await tile('A lake').waitFor({ state: 'detached' })
    await filters.getByLabel('Type').selectOption('')
    await tile('A lake').waitFor()

    await become('reader')
    await tile('Harbour at dawn').waitFor()
    expect(await tile('A lake').count()).toBe(0)
    await become('writer')
    await visitor.open('A lake')
    await details.getByLabel('Title').fill('A lake in the evening')
    await details.getByText('Public: everyone may see it').click()
    await details.getByRole('button', { name: 'Save' }).click()
    await details.getByText('Saved.').waitFor()
    expect((await fetch(await copyLink())).status).toBe(200)
    await details.getByRole('button', { name: 'Close' }).click()

    await become('reader')
    await visitor.open('A lake in the evening')
    await remove()
    await details.getByText('API key does not have write:assets scope').waitFor()
    await details.getByRole('button', { name: 'Close' }).click()
    await become('writer')
    await visitor.open('A lake in the evening')
    await remove()
    await tile('A lake in the evening').waitFor({ state: 'detached' })
    await become('uploader')
    await visitor.gallery.getByText('API key does not have read:assets scope').waitFor()
  })

  it('uploads to a vault as an editor, who may tag but not delete', async () => {
    const { page, tile, details } = visitor
    await visitor.goTo(`vaults/noah/${SHARED}`)
    const fields = page.getByRole('group', { name: 'Sent with each file' })
    await fields.getByLabel('Channel').fill('lakes')
    await visitor.upload(photo)
    await tile('photo.jpg').waitFor()
    await page.getByRole('group', { name: 'Filters of this API' }).getByLabel('Channel').fill('lakes')
    await tile('dunes.jpg').waitFor({ state: 'detached' })
    await visitor.open('photo.jpg')
    await details.getByLabel('Tags').fill('water, evening')
    await details.getByRole('button', { name: 'Save' }).click()
    await details.getByRole('list', { name: 'Tags' }).getByText('evening').waitFor()
    expect(await copyLink()).toContain('/content')
    await remove()
    await details.getByText('The API refused (403)').waitFor()
    await details.getByRole('button', { name: 'Close' }).click()
    await become('mia')
    await tile('photo.jpg').waitFor()
    await visitor.open('photo.jpg')
    await remove()
    await tile('photo.jpg').waitFor({ state: 'detached' })
  })

  it('sees only her own product images, each with its thumbnail', async () => {
    const { page, tile, details } = visitor
    await visitor.goTo('product-images/jon')
    await page.getByRole('group', { name: 'Sent with each file' }).getByLabel('Tags').fill('wood, water')
    await visitor.upload(photo)
    await expect.poll(() => tile('photo').locator('img.loaded').count(), { timeout: 20_000 }).toBe(1)
    await page.getByRole('group', { name: 'Filters of this API' }).getByLabel('Tags').fill('wood, water')
    await tile('Poster').waitFor({ state: 'detached' })
    await visitor.open('photo')
    const link = await copyLink()
    expect((await fetch(link)).status).toBe(200)
    await details.getByRole('button', { name: 'Close' }).click()
    await become('ines')
    await visitor.gallery.getByText('Nothing here yet').waitFor()
    await become('jon')
    await visitor.open('photo')
    await remove()
    await tile('photo').waitFor({ state: 'detached' })
    expect((await fetch(link)).status).toBe(404)
    await page.getByText('Import from the web').click()
    await page.getByLabel('Address of a picture').fill('http://127.0.0.1/picture.jpg')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await expect.poll(() => page.locator('extra-form [role=alert]').textContent()).toMatch(/\w/)
    expect(await latest().textContent()).toContain('422')
  })

  it('comes back to the same place after a reload', async () => {
    await visitor.goTo('vaults/olga')
    await visitor.page.getByRole('tab', { name: 'Asset library' }).click()
    await become('admin')
    await visitor.page.reload()
    await visitor.tile('City at night').waitFor()
    expect(await visitor.page.getByRole('radio', { name: 'admin' }).isChecked()).toBe(true)
  })
}
