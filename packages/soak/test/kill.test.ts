import { expect, test } from 'vitest'
import { crashPoints } from '../src/kill/crash-points.ts'
import { runKills } from '../src/kill/kill.ts'

const SEED = 3
const CYCLES = 300

test(`C1–C11, C17–C20, C23: of ${CYCLES} kills at named points and at random none breaks a promise, and each point is hit`, {
  timeout: 1_800_000,
}, async () => {
  const figures = await runKills({ seed: SEED, count: CYCLES, progress: () => undefined })
  const codes = new Set(crashPoints.flatMap(({ code }) => code.split('-')))
  expect([...codes].sort()).toEqual(
    ['C1', 'C10', 'C11', 'C17', 'C18', 'C19', 'C2', 'C20', 'C23', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9'].sort(),
  )
  expect([...figures.hits].filter(([, hits]) => hits === 0)).toEqual([])
  expect(figures.killedFromOutside).toBeGreaterThan(10)
  for (const what of [
    'uploads',
    'replacements',
    'patches',
    'deletes',
    'downloads',
    'uploads in parts',
    'direct uploads',
    'resumable uploads',
  ])
    expect(figures.acknowledged[what], what).toBeGreaterThan(20)
  expect(figures.acknowledged['resumable uploads gone on with']).toBeGreaterThan(10)
})
