import { storageConformance } from '@stowage/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { fixtureOn, type TestServer, testServer } from './gcs.ts'

/** Rows with large bodies or thousands of requests: more than half of what the whole suite costs. */
const COSTLY = /^S(?:15|17|47|50|57|64) /

export function conformance(which: 'costly' | 'others'): void {
  let tested: TestServer
  beforeAll(async () => {
    tested = await testServer()
  })
  afterAll(() => tested.server.close())
  storageConformance(
    { name: 'gcsStorage', create: () => fixtureOn(tested) },
    { describe, it: (name, run) => (which === 'costly') === COSTLY.test(name) && it(name, run, 300_000) },
  )
}
