import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { hasChromium, launchChromium } from '../../client/test/chromium.ts'
import { galleryCases } from './gallery-cases.ts'
import { type OpenedPage, openPage } from './page.ts'
import { uploaderCases } from './uploader-cases.ts'
import { openWorld, type World } from './world.ts'

describe.skipIf(!hasChromium)('in Chromium, on a real server', () => {
  let browser: Browser
  let world: World
  let page: OpenedPage

  beforeAll(async () => {
    world = await openWorld()
    browser = await launchChromium()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  for (const [name, cases] of Object.entries({ 'a gallery': galleryCases, 'an uploader': uploaderCases })) {
    describe(name, () => {
      beforeAll(async () => {
        page = await openPage(browser, world.origin)
        return () => page.close()
      })
      cases(
        () => world,
        () => page,
      )
    })
  }
})
