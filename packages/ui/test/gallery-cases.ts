import type { Route } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, type OpenedPage } from './page.ts'
import { samples, type World } from './world.ts'

const LIST = /\/api\/assets(\?|$)/
const json = { contentType: 'application/problem+json' }

/** What a visitor does with a gallery. */
export function galleryCases(world: () => World, opened: () => OpenedPage): void {
  it('show what is on its way, what is not there, and what failed', async () => {
    const { page, gallery, mount, inspect } = opened()
    const held: Route[] = []
    await page.route(LIST, route => void held.push(route))
    await mount()
    await gallery.getByText('Loading files').waitFor()
    await inspect('gallery-loading')
    await eventually(() => held.length).toBe(1)
    await held[0]?.fulfill({ status: 503, ...json, body: '{"code":"unavailable","detail":"The database is restarting."}' })
    await gallery.getByRole('alert').waitFor()
    expect(await gallery.getByRole('alert').innerText()).toMatch(/server had a problem.*database is restarting/s)
    await inspect('gallery-failed')
    await page.unroute(LIST)
    await gallery.getByRole('button', { name: 'Try again' }).click()
    await gallery.getByText('Nothing here yet').waitFor()
    await inspect('gallery-empty')
  }, 60_000)

  it('show files, private pictures too, and find them', async () => {
    const { page, gallery, tile, mount, inspect } = opened()
    await world().seed(samples)
    await mount()
    await gallery.locator('img.loaded').nth(3).waitFor()
    expect(await gallery.getByRole('row').count()).toBe(samples.length)
    await inspect('gallery-files', true)
    await gallery.getByRole('textbox', { name: 'Search' }).fill('harbour')
    await eventually(() => gallery.getByRole('row').count()).toBe(2)
    await gallery.getByRole('button', { name: 'sea', exact: true }).click()
    await eventually(() => gallery.getByRole('row').count()).toBe(1)
    await tile('Harbour at dawn').waitFor()
    await gallery.getByRole('combobox', { name: 'Type' }).selectOption('pdf')
    await gallery.getByText('No matches').waitFor()
    await inspect('gallery-no-match')
    await gallery.getByRole('button', { name: 'Clear filters' }).click()
    await eventually(() => gallery.getByRole('row').count()).toBe(samples.length)
    expect(await page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('secret')))).toBe(
      false,
    )
  }, 60_000)

  it('show more, page by page', async () => {
    const { page, gallery, mount } = opened()
    await page.route(LIST, route =>
      route.continue({ url: `${route.request().url()}${route.request().url().includes('?') ? '&' : '?'}limit=3` }),
    )
    await mount()
    await eventually(() => gallery.getByRole('row').count()).toBe(3)
    await page.route(/cursor=/, route => route.abort(), { times: 1 })
    await gallery.getByRole('button', { name: 'Show more' }).click()
    await gallery.getByText('There was no answer').waitFor()
    await gallery.getByRole('button', { name: 'Try again' }).click()
    await eventually(() => gallery.getByRole('row').count()).toBe(6)
    await gallery.getByRole('button', { name: 'Show more' }).click()
    await eventually(() => gallery.getByRole('row').count()).toBe(samples.length)
    expect(await gallery.getByRole('button', { name: 'Show more' }).count()).toBe(0)
    await page.unroute(LIST)
  }, 60_000)

  it('are used by keyboard: move, select, select a range, delete', async () => {
    const { page, gallery, tile, mount, inspect } = opened()
    await mount()
    await tile('square.png').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+ArrowRight')
    expect(
      await gallery
        .getByRole('row', { selected: true })
        .evaluateAll(rows => rows.map(row => row.getAttribute('aria-label')?.split(',')[0])),
    ).toEqual(['dusk.png', 'A forest with a name that is much longer than its tile is wide'])
    await inspect('gallery-selected')
    await page.keyboard.press('Escape')
    expect(await gallery.getByRole('row', { selected: true }).count()).toBe(0)
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Home')
    await page.keyboard.press('Delete')
    await gallery.getByRole('dialog', { name: 'Delete “square.png”?' }).waitFor()
    expect(
      await page.evaluate(() => document.querySelector('stowage-gallery')?.shadowRoot?.activeElement?.textContent?.trim()),
    ).toBe('Cancel')
    await inspect('gallery-delete')
    await page.route(
      /\/api\/assets\/[\w-]+$/,
      route => route.fulfill({ status: 403, ...json, body: '{"detail":"Only its owner deletes it."}' }),
      { times: 1 },
    )
    await gallery.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await gallery.getByText('Only its owner deletes it.').waitFor()
    await inspect('gallery-delete-refused')
    await gallery.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await gallery.getByText('1 file deleted').first().waitFor()
    expect(await world().list()).toHaveLength(samples.length - 1)
    const focused = () =>
      page.evaluate(() => document.querySelector('stowage-gallery')?.shadowRoot?.activeElement?.getAttribute('aria-label'))
    await eventually(focused).toMatch(/^dusk/)
  }, 60_000)

  it('copy links that work for others', async () => {
    const { page, gallery, tile } = opened()
    await tile('notes.txt').hover()
    await gallery.getByRole('button', { name: 'Copy link: notes.txt' }).click()
    await gallery.getByText('Link copied').first().waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    expect(await (await fetch(link)).text()).toMatch(/^hello hello/)
  }, 60_000)

  it('rename, and change tags of several', async () => {
    const { gallery, tile, inspect } = opened()
    await tile('notes.txt').getByRole('checkbox').check()
    await gallery.getByRole('button', { name: 'Rename' }).click()
    await gallery.getByRole('textbox', { name: 'Name' }).fill('Notes of May')
    await gallery.getByRole('button', { name: 'Save' }).click()
    await tile('Notes of May').waitFor()
    await tile('Quarterly report').getByRole('checkbox').check()
    await gallery.getByRole('toolbar').getByRole('button', { name: 'Tags' }).click()
    await gallery.getByRole('dialog', { name: 'Tags of 2 files' }).waitFor()
    await gallery.getByRole('button', { name: 'Delete: office' }).click()
    await gallery.getByRole('combobox', { name: 'Add a tag' }).pressSequentially('may, 2026')
    await inspect('gallery-tags')
    await gallery.getByRole('button', { name: 'Save' }).click()
    await gallery.getByText('Tags saved').first().waitFor()
    const tags = (await world().list())
      .filter(({ contentType }) => /text|pdf/.test(contentType ?? ''))
      .map(asset => [...asset.tags].sort())
    expect(tags).toEqual([
      ['2026', 'draft', 'may'],
      ['2026', 'may'],
    ])
  }, 60_000)

  it('open what is private without giving its bytes an origin', async () => {
    const { page, gallery, tile } = opened()
    await gallery.getByRole('button', { name: 'Clear selection' }).click()
    const downloaded = page.waitForEvent('download')
    await tile('Notes of May').getByText('Notes of May').click()
    expect((await downloaded).suggestedFilename()).toBe('notes.txt')
    await page.evaluate(() => document.addEventListener('stowage-open', event => event.preventDefault(), { once: true }))
    await tile('Notes of May').press('Enter')
    expect(page.context().pages()).toHaveLength(1)
  }, 60_000)

  it('said nothing on the console', () => {
    expect(opened().complaints).toEqual([])
  })
}
