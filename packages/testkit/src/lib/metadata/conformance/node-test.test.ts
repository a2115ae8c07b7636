import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = `
  import { describe, it } from 'node:test'
  import { memoryMetadata, metadataConformance, policyConformance } from '@stowage/testkit'
  const create = async kinds => {
    const store = memoryMetadata()
    await store.open(kinds)
    return { store, close: () => store.close() }
  }
  metadataConformance({ name: 'mine', create }, { describe, it })
  policyConformance({ name: 'mine', seed: 8, runs: 5, listDiffersFromRead: 'it is meant' }, { describe, it })
`

test('under node:test the suites pass, and say why they skip', async () => {
  const args = ['--conditions=@stowage/source', '--test-reporter=tap', '--input-type=module', '--eval', PROGRAM]
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: join(import.meta.dirname, '../../../..'), env })
  expect(stdout).toMatch(/ok \d+ - M46 .* # SKIP the harness gives no `explain`/)
  expect(stdout).toMatch(/ok \d+ - P6 .* # SKIP it is meant/)
  expect(stdout).toContain('# Subtest: policy conformance: mine, seed 8')
  expect(stdout).toContain('# skipped 2\n')
  expect(stdout).toContain('# fail 0\n')
}, 120_000)
