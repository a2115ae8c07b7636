import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { StowageGallery, StowageUploader } from '../src/index.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const SHOTS = join(import.meta.dirname, '../../../screenshots/ui')
const PHONE = { width: 360, height: 740 }
const DESKTOP = { width: 1440, height: 900 }
const VARIANTS = [
  { name: 'desktop-light', size: DESKTOP, colorScheme: 'light' },
  { name: 'phone-dark', size: PHONE, colorScheme: 'dark' },
] as const
/** Of a few states. */
const OTHERS = [
  { name: 'desktop-dark', size: DESKTOP, colorScheme: 'dark' },
  { name: 'phone-light', size: PHONE, colorScheme: 'light' },
] as const

declare const axe: {
  run(context: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
}

export type OpenedPage = Awaited<ReturnType<typeof openPage>>

/** A page with both elements on the house API, and what a test asks of it. */
export async function openPage(browser: Browser, origin: string, setup: { readonly token?: string } = {}) {
  await mkdir(SHOTS, { recursive: true })
  const context = await browser.newContext({ viewport: DESKTOP, permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    // The browser itself says of each answer from 400 on that there was one.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  await page.goto(origin)
  const mount = async (token = setup.token ?? 'secret') => {
    await page.evaluate(token => {
      const main = document.querySelector('main') as HTMLElement
      main.innerHTML = '<h1>Files</h1><stowage-uploader></stowage-uploader><stowage-gallery></stowage-gallery>'
      for (const element of main.querySelectorAll<StowageUploader | StowageGallery>('stowage-uploader, stowage-gallery')) {
        element.endpoint = '/api/assets'
        element.token = token
      }
      const gallery = main.querySelector('stowage-gallery') as StowageGallery
      main.addEventListener('stowage-upload', event => gallery.add((event as CustomEvent).detail.item))
    }, token)
  }
  return {
    page,
    complaints,
    mount,
    uploader: page.locator('stowage-uploader'),
    gallery: page.locator('stowage-gallery'),
    tile: (title: string) => page.locator('stowage-gallery').getByRole('row', { name: title }),
    /** Keeps pictures of the state, and has it checked for accessibility. */
    async inspect(name: string, inEach = false) {
      // A dialog covers the screen, not the page.
      const fullPage = (await page.locator('dialog[open]').count()) === 0
      for (const { name: variant, size, colorScheme } of inEach ? [...VARIANTS, ...OTHERS] : VARIANTS) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await page.setViewportSize(size)
        await page.screenshot({ path: join(SHOTS, `${name}-${variant}.png`), fullPage })
        await checkAccess(page, `${name}, ${variant}`)
      }
      await page.setViewportSize(DESKTOP)
    },
    close: () => context.close(),
  }
}

async function checkAccess(page: Page, state: string): Promise<void> {
  await page.evaluate('typeof axe === "undefined"').then(isMissing => isMissing && page.addScriptTag({ path: AXE }))
  const violations = await page.evaluate(async () => {
    const result = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return result.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))])
  })
  expect(violations, state).toEqual([])
}

/** Waits for what a busy machine may take its time for. */
export function eventually<T>(ask: () => T | Promise<T>) {
  return expect.poll(ask, { timeout: 20_000 })
}
