import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { RunningExample } from '@stowage-examples/shared/start-example'
import type { Browser, Locator, Page } from 'playwright-core'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const shots = fileURLToPath(new URL('../../../screenshots/showcase/', import.meta.url))

export const photo = fileURLToPath(new URL('../../page-assets/photo.jpg', import.meta.url))

/** Chromium itself reports each answer that is no success; the APIs' refusals are what these tests are about. */
const REFUSED = /the server responded with a status of 4\d\d/

export interface Visitor {
  readonly page: Page
  /** What the console complained of. */
  readonly errors: readonly string[]
  readonly gallery: Locator
  readonly details: Locator
  tile(title: string): Locator
  /** From now on with another screen. */
  holds(device: keyof typeof sizes, colorScheme: 'light' | 'dark'): Promise<void>
  /** Goes to an API as somebody, and waits for its list. */
  goTo(path: string): Promise<void>
  upload(file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void>
  /** Opens the details of a file. */
  open(title: string): Promise<void>
  /** What axe finds wrong, in its words. */
  violations(): Promise<readonly string[]>
  screenshot(name: string): Promise<void>
}

export interface BrowserWorld {
  server: RunningExample
  browser: Browser
}

const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } } as const

/** Somebody with a browser. */
export async function openVisitor(browser: Browser, origin: string): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: sizes.desktop,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' && !REFUSED.test(message.text())) errors.push(message.text())
  })
  page.on('pageerror', error => errors.push(error.message))
  const gallery = page.locator('stowage-gallery')
  const tile = (title: string): Locator => gallery.locator('.tile').filter({ hasText: title })
  const details = page.locator('asset-details dialog')
  return {
    page,
    errors,
    gallery,
    details,
    tile,
    async holds(device, colorScheme) {
      await page.setViewportSize(sizes[device])
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    },
    async goTo(path) {
      // A change behind # alone would be no new page.
      await page.goto('about:blank')
      await page.goto(`${origin}/#/${path}`)
      await gallery.locator('.tile:not(.skeleton), .message').first().waitFor()
    },
    upload: file => page.locator('stowage-uploader input[type=file]').setInputFiles(file),
    async open(title) {
      await tile(title)
        .getByRole('button', { name: `Open ${title}` })
        .click()
      await details.getByRole('heading', { level: 2 }).waitFor()
    },
    async violations() {
      // As a script of the page, its policy would refuse it.
      if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(await readFile(axePath, 'utf8'))
      const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
    },
    async screenshot(name) {
      await mkdir(shots, { recursive: true })
      // A dialog and a raised sheet cover the screen, not the page.
      const isCovered = (await details.isVisible()) || (await page.locator('wire-view[raised]').count()) > 0
      const size = page.viewportSize() ?? sizes.desktop
      // On a screen of its height, the bar at the lower edge hides nothing.
      const height: number = isCovered ? size.height : await page.evaluate('document.documentElement.scrollHeight')
      await page.setViewportSize({ ...size, height })
      await page.screenshot({ path: `${shots}${name}.png` })
      await page.setViewportSize(size)
    },
  }
}

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: readonly string[] }[] }[]
}
