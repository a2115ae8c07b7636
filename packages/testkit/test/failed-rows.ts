import type { TestRunner } from '../src/index.ts'

const MAX_MS = 30_000

/** Runs a suite, or the rows of it that are named, and gives the ids of those that fail, each once. */
export async function failedRows(define: (runner: TestRunner) => void, only?: readonly string[]): Promise<string[]> {
  const rows: (readonly [string, Parameters<TestRunner['it']>[1]])[] = []
  define({
    describe: (_name, body) => body(),
    it: (name, run) => rows.push([name.split(' ')[0] ?? '', run]),
  })
  const failed = new Set<string>()
  for (const [id, run] of rows) {
    if (only && !only.includes(id)) continue
    await inTime(run({ skip: () => undefined })).catch(() => failed.add(id))
  }
  return [...failed]
}

/** A row that hangs has failed: a runner's own time limit would say so too. */
function inTime(running: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('hangs')), MAX_MS)
    running.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
