import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BrowserWorld, openVisitor, photo, type Visitor } from './visitor.ts'

const views = [
  ['page-assets', 'page-assets/alice', 'harbour-at-dawn.jpg', 3],
  ['asset-library', 'asset-library/writer', 'Field guide to the harbour', 4],
  ['vaults', 'vaults/noah', 'mountain-lake.webp', 4],
  ['product-images', 'product-images/ines', 'Blue mug', 4],
] as const

/** How the page looks, and whether everyone can use it. Pictures of each state are kept in `screenshots/showcase`. */
export function describeLooks(world: BrowserWorld): void {
  let visitor: Visitor
  beforeAll(async () => {
    visitor = await openVisitor(world.browser, world.server.origin)
  })
  afterAll(async () => {
    await visitor.page.context().close()
    expect(visitor.errors).toEqual([])
  })
  const fits = async () =>
    expect(await visitor.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)

  it.each(views)('shows %s to everyone, on desktops and phones', async (name, path, title, pictures) => {
    const { page } = visitor
    await visitor.holds('desktop', 'light')
    await visitor.goTo(path)
    await visitor.tile(title).waitFor()
    // Thumbnails are made after the upload.
    await visitor.gallery
      .locator('img.loaded')
      .nth(pictures - 1)
      .waitFor({ timeout: 90_000 })
    await fits()
    expect(await visitor.violations()).toEqual([])
    await visitor.screenshot(`${name}-desktop-light`)
    await visitor.holds('desktop', 'dark')
    await visitor.screenshot(`${name}-desktop-dark`)
    await visitor.holds('phone', 'light')
    await fits()
    await visitor.screenshot(`${name}-phone-light`)
    await visitor.holds('phone', 'dark')
    await visitor.screenshot(`${name}-phone-dark`)
    await page.getByRole('button', { name: 'On the wire' }).click()
    if (name === 'vaults') await visitor.screenshot(`${name}-phone-wire`)
    await page.getByRole('button', { name: 'On the wire' }).click()
  })

  it.each(views.slice(1, 3))('shows a file of %s whole', async (name, path, title) => {
    await visitor.holds('desktop', 'light')
    await visitor.goTo(path)
    await visitor.open(title)
    await visitor.screenshot(`${name}-desktop-details`)
    await visitor.holds('phone', 'dark')
    await fits()
    expect(await visitor.violations()).toEqual([])
    await visitor.screenshot(`${name}-phone-details`)
  })

  it('shows a refusal in the words of the API, beside what was sent', async () => {
    await visitor.holds('desktop', 'dark')
    await visitor.goTo('asset-library/uploader')
    await visitor.gallery.getByText('API key does not have read:assets scope').waitFor()
    await visitor.screenshot('refused-list')
    await visitor.goTo('vaults/olga')
    await visitor.upload(photo)
    await visitor.page.locator('stowage-uploader .row.failed').waitFor()
    expect(await visitor.violations()).toEqual([])
    await visitor.screenshot('refused-upload')
  })
}
