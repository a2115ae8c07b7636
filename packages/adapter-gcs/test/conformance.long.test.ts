import { storageConformance, type TestRunner } from '@stowage/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { fixtureOn, type TestServer, testServer } from './gcs.ts'

let tested: TestServer
beforeAll(async () => {
  tested = await testServer()
})
afterAll(() => tested.server.close())

const runner: TestRunner = { describe, it: (name, run) => it(name, run, 300_000) }
storageConformance({ name: 'gcsStorage', create: () => fixtureOn(tested) }, runner)
