import { startExample } from '@stowage-examples/shared/start-example'
import { afterAll, beforeAll, describe } from 'vitest'
import { hasChromium, launchChromium } from './chromium.ts'
import { describeCuts } from './cuts.ts'
import { describeLooks } from './looks.ts'
import { describeServer } from './server.ts'
import type { BrowserWorld } from './visitor.ts'
import { describeVisits } from './visits.ts'

const PATIENCE_MS = 120_000

// One server and one browser for all: starting them is what costs.
describe('the showcase', { timeout: PATIENCE_MS }, () => {
  const world = {} as BrowserWorld
  beforeAll(async () => {
    world.server = await startExample('showcase')
  }, PATIENCE_MS)
  afterAll(() => world.server.remove())

  describe.skipIf(!hasChromium)('in Chromium', () => {
    beforeAll(async () => {
      world.browser = await launchChromium()
    }, PATIENCE_MS)
    afterAll(() => world.browser.close())
    // On clouds it looks the same.
    describe.skipIf(process.env.STOWAGE_EXAMPLES_ON)('as it looks', () => describeLooks(world))
    describe('to a visitor', () => describeVisits(world))
    describe('on a bad connection', () => describeCuts(world))
  })

  describe('as a server', () => describeServer(world))
})
