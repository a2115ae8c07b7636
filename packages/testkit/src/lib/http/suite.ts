import { cases } from './cases/cases.ts'
import { openRows } from './cases/open-rows.ts'
import type { HttpHarness, TestRunner } from './harness.ts'
import { openWorld } from './world/world.ts'

const numberOf = ({ row }: { readonly row: string }) => Number(row.slice(1))

/**
 * Tries everything that an asset API promises over HTTP, from request bytes to status, headers and body: each case on an api of its
 * own, behind the binding under test. What the binding has no sockets for is skipped; rows that speak of what no route does yet are
 * listed with the reason.
 * @param runner `describe` and `it` (or `test`) of vitest, node:test or the like
 */
export function httpConformance(harness: HttpHarness, runner: TestRunner): void {
  runner.describe(`HTTP conformance: ${harness.name}`, () => {
    const all = [...cases, ...openRows].sort((a, b) => numberOf(a) - numberOf(b))
    for (const one of all) {
      runner.it(`${one.row} ${one.title}`, async context => {
        if ('why' in one) {
          context.skip(one.why)
          return
        }
        if (one.pictures && !harness.transformer) {
          context.skip('the harness has no transformer')
          return
        }
        const world = await openWorld(harness, one.world)
        try {
          if (one.socketOnly && !world.hasSockets) context.skip('the binding has no sockets')
          else await one.run(world)
        } finally {
          await world.close()
        }
      })
    }
  })
}
