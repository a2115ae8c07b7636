import { httpConformance } from '@stowage/testkit/http'
import { describe, expect, it } from 'vitest'
import { overFetch, overNode } from './golden-transports.ts'
import { judgedHarness } from './openapi/judged-harness.ts'

const judged = judgedHarness(overFetch)
httpConformance(judged.harness, { describe, it })
httpConformance(overNode, { describe, it })

it('each of these answers is one that the OpenAPI document of its api describes', () => {
  expect([...new Set(judged.faults)]).toEqual([])
  expect(judged.judged()).toBeGreaterThan(300)
})
