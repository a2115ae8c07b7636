import { type HttpHarness, httpConformance, type TestRunner } from '@stowage/testkit/http'
import { expect, test } from 'vitest'
import { seeing } from './broken.ts'
import { brokenAnswers } from './broken-answers.ts'
import { brokenRequests } from './broken-requests.ts'

/** Runs some rows of the suite and names those that fail. */
async function failedRows(harness: HttpHarness, rows: readonly string[], limitMs: number): Promise<string[]> {
  const runs: (readonly [row: string, run: Parameters<TestRunner['it']>[1]])[] = []
  httpConformance(harness, {
    describe: (_name, define) => define(),
    it: (name, run) => runs.push([name.split(' ')[0] ?? '', run]),
  })
  const failed = new Set<string>()
  for (const [row, run] of runs) {
    if (!rows.includes(row) || failed.has(row)) continue
    await inTime(run({ skip: () => undefined }), limitMs).catch(() => failed.add(row))
  }
  return rows.filter(row => failed.has(row))
}

/** A row that hangs has failed: a runner's own time limit would say so too. */
function inTime(running: Promise<void>, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('hangs')), limitMs)
    running.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

test.each([...brokenAnswers, ...brokenRequests])(
  'a binding that $does fails $rows',
  async ({ harness, rows }) => {
    expect(await failedRows(harness, rows, 3_000)).toEqual(rows)
  },
  120_000,
)

test('a binding that changes nothing fails nothing', async () => {
  const all = Array.from({ length: 46 }, (_, at) => `H${at + 1}`)
  expect(await failedRows(seeing('changes nothing', [], () => ({})).harness, all, 60_000)).toEqual([])
}, 120_000)

test('every row is tried, or listed with the reason', () => {
  const names: string[] = []
  httpConformance(overNothing, { describe: (_name, define) => define(), it: name => names.push(name) })
  const rows = new Set(names.map(name => Number(/^H(\d+) /.exec(name)?.[1])))
  expect([...rows]).toEqual(Array.from({ length: 46 }, (_, at) => at + 1))
  expect(new Set(names).size).toBe(names.length)
})

const overNothing: HttpHarness = { name: 'nothing', open: () => Promise.reject(new Error('not asked for')) }
