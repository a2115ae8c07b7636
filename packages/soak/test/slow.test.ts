import { expect, test } from 'vitest'
import { runIdle, runTrickle } from '../src/slow/slow.ts'

const SLOW = 200
const SEED = 3

test(`threat 53: beside ${SLOW} slow clients others are served, and memory is bounded`, { timeout: 300_000 }, async () => {
  const figures = await runTrickle({ seed: SEED, count: SLOW, rounds: 1, requests: 150 })
  console.log(`${SLOW} slow clients:`, figures)
  expect(figures['memory that slow clients took (MiB)']).toBeGreaterThan(0)
})

test(`threat 53: the idle limit ends ${SLOW} clients that stand still`, { timeout: 300_000 }, async () => {
  expect(Number(await runIdle({ seed: SEED, count: SLOW }))).toBeGreaterThan(0.5)
})
