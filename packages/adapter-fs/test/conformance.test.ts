import { resilient, withPrefix } from '@stowage/core'
import { checkedStorage, type Telemetry } from '@stowage/core/contracts'
import { storageConformance, type TestRunner, withFaults } from '@stowage/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { FsStorage } from '../src/index.ts'
import { conformanceFixture, type FixtureOptions } from './conformance-fixture.ts'
import { signedServer } from './signed-server.ts'

let current: FsStorage
let server: Awaited<ReturnType<typeof signedServer>>
beforeAll(async () => {
  server = await signedServer(() => current)
})
afterAll(() => server.close())

const create = (given: Partial<FixtureOptions> = {}) =>
  conformanceFixture({
    baseUrl: server.url,
    onStorage: storage => {
      current = storage
    },
    ...given,
  })

const telemetry: Telemetry = {
  start: () => ({ within: work => work(), end: () => undefined }),
  count: () => undefined,
  queue: () => undefined,
}

const runner: TestRunner = { describe, it: (name, run) => it(name, run, 120_000) }
storageConformance({ name: 'fsStorage', create: () => create({ atWork: true }) }, runner)
storageConformance(
  {
    name: 'fsStorage through every wrapper',
    create: () => create({ prefix: 'tenants/a' }),
    wrap: storage => resilient(withPrefix(checkedStorage(withFaults(storage)), 'tenants/a'), { limit: { atOnce: 2 }, telemetry }),
  },
  runner,
)
