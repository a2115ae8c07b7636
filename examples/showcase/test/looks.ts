import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openVisitor, photo } from './visitor.ts'

const views = [
  ['page-assets', 'page-assets/alice', 'harbour-at-dawn.jpg'],
  ['asset-library', 'asset-library/writer', 'Field guide to the harbour'],
  ['vaults', 'vaults/noah', 'mountain-lake.webp'],
  ['product-images', 'product-images/ines', 'Blue mug'],
] as const

const devices = [
  ['desktop-light', { width: 1440, dark: false }],
  ['phone-dark', { width: 360, dark: true }],
] as const

const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')

/** How the page looks, and whether everyone can use it. Pictures of each state are kept in `screenshots/`. */
export function describeLooks(world: () => { readonly origin: string; readonly browser: Browser }): void {
  describe.each(devices)('the page on %s', (device, options) => {
    it.each(views)('shows %s so that everyone can use it', async (name, path, title) => {
      const { origin, browser } = world()
      const visitor = await openVisitor(browser, origin, options)
      await visitor.goTo(path)
      await visitor.tile(title).waitFor()
      expect(await visitor.violations()).toEqual([])
      expect(await overflow(visitor.page)).toBe(0)
      await visitor.screenshot(`${name}-${device}`)
      await visitor.page.emulateMedia({ colorScheme: options.dark ? 'light' : 'dark' })
      await visitor.screenshot(`${name}-${device.split('-')[0]}-${options.dark ? 'light' : 'dark'}`)
      if (options.width < 700) {
        await visitor.page.getByRole('button', { name: 'On the wire' }).click()
        await visitor.screenshot(`${name}-${device}-wire`)
        await visitor.page.getByRole('button', { name: 'On the wire' }).click()
      }
      await visitor.open(title)
      await visitor.details.getByRole('button', { name: 'Copy link' }).waitFor()
      expect(await visitor.violations()).toEqual([])
      await visitor.screenshot(`${name}-${device}-details`)
      expect(visitor.errors).toEqual([])
      await visitor.page.context().close()
    })
  })

  it('shows a refusal in the words of the API, beside what was sent', async () => {
    const { origin, browser } = world()
    const visitor = await openVisitor(browser, origin)
    await visitor.goTo('asset-library/uploader')
    await visitor.screenshot('refused-list')
    await visitor.goTo('vaults/olga')
    await visitor.upload(photo)
    await visitor.page.locator('stowage-uploader .row.failed').waitFor()
    expect(await visitor.violations()).toEqual([])
    await visitor.screenshot('refused-upload')
    await visitor.page.context().close()
  })
}
