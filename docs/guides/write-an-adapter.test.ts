import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { readSteps } from '../../tools/doc-blocks/document.ts'

const root = join(import.meta.dirname, '../..')
const guide = await readFile(join(import.meta.dirname, 'write-an-adapter.md'), 'utf8')

it('the adapter of the guide has at most 150 lines', () => {
  const [adapter = ''] = /(?<=^```ts check\n)[\s\S]*?(?=\n```$)/m.exec(guide) ?? []
  expect(adapter).toContain('export function sqliteStorage')
  expect(adapter.split('\n').length).toBeLessThanOrEqual(150)
})

it('the adapter of the guide passes the suite, as the guide runs it', async () => {
  const [program] = readSteps(guide)
  const folder = await mkdtemp(join(tmpdir(), 'write-an-adapter-'))
  try {
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'adapter.test.ts'), program?.code ?? '')
    const args = ['--conditions=@stowage/source', '--test-reporter=tap', 'adapter.test.ts']
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env, maxBuffer: 2 ** 24 })
    expect(stdout).toContain('# fail 0\n')
    for (const row of ['S1', 'S17', 'S24', 'S25', 'S38', 'S39', 'S44', 'S51'])
      expect(stdout, row).toMatch(new RegExp(`ok \\d+ - ${row} [^#\\n]*\\n`))
    expect(stdout).toMatch(/ok \d+ - S52 .* # SKIP sqlite does not claim `delimiter`/)
  } finally {
    await rm(folder, { recursive: true })
  }
}, 300_000)
