import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./harness-for-node-test.ts', import.meta.url))

/** Runs the program as `node --test` would be run by a user, and gives what it printed. */
function nodeTest(): Promise<{ readonly failed: boolean; readonly stdout: string }> {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env
  const args = ['--conditions=@stowage/source', '--test', '--test-reporter=tap', PROGRAM]
  return new Promise(resolve => {
    execFile(process.execPath, args, { env, maxBuffer: 2 ** 24 }, (error, stdout) => resolve({ failed: error !== null, stdout }))
  })
}

test('under `node --test` right storage passes, wrong storage fails, and skips say why', async () => {
  const { failed, stdout } = await nodeTest()
  expect(failed).toBe(true)
  expect(stdout).toContain('# Subtest: storage conformance: right')
  expect(stdout).toMatch(/^ +ok \d+ - S1 plain keys work in every operation$/m)
  expect(stdout).toMatch(/^ +ok \d+ - S17 .* # SKIP it is memory$/m)
  expect(stdout).toMatch(/^ +ok \d+ - S62 .* # SKIP memory does not claim `presignGet`$/m)
  expect(stdout.match(/^ +not ok .*$/gm)).toEqual([
    expect.stringContaining('not ok 1 - S56 a delete of what is not there succeeds'),
  ])
}, 120_000)
