import { expect, test } from 'vitest'
import { runAborts } from '../src/aborts/aborts.ts'

const SEED = 3
const COUNT = 1000

test(`threat 54: ${COUNT} uploads and ${COUNT / 5} downloads cut at random points leave nothing behind`, {
  timeout: 300_000,
}, async () => {
  const figures = await runAborts({ seed: SEED, count: COUNT, progress: () => undefined })
  console.log(`Aborts, seed ${SEED}:`, figures)
  expect(figures['aborted downloads']).toBe(COUNT / 5)
})

test('a server that leaves a file open per request is found', { timeout: 300_000 }, async () => {
  const options = { seed: SEED, count: 80, progress: () => undefined, withinMs: 1000 }
  const run = runAborts({ ...options, flaw: 'leaves files open' })
  await expect(run).rejects.toThrow(/The server has kept: .*"sockets":0/)
})
