import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { tempFolder } from './temp-folder.ts'

const PROGRAM = `
  import { sqliteMetadata } from '@stowage/metadata-sqlite'
  async function main() {
    const store = sqliteMetadata({ file: process.argv[2] })
    await store.open([{ name: 'file', fields: [] }])
    const numbers = await Promise.all([store.nextInSequence('n'), store.nextInSequence('n')])
    const { count } = await store.count({ kind: 'file', filter: { op: 'all' } })
    console.log(JSON.stringify({ numbers, count }))
    await store.close()
  }
  main()
`

test.each(['esm', 'cjs'] as const)('bundled into one %s file, it runs on the main thread and says so once', async format => {
  const folder = tempFolder()
  const outfile = join(folder, format === 'esm' ? 'app.mjs' : 'app.cjs')
  await build({
    stdin: { contents: PROGRAM, resolveDir: import.meta.dirname },
    outfile,
    format,
    bundle: true,
    platform: 'node',
    conditions: ['@stowage/source'],
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
  })
  writeFileSync(join(folder, 'package.json'), '{}')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [outfile, join(folder, 'data', 'assets.db')])
  expect(JSON.parse(stdout)).toEqual({ numbers: [1, 2], count: 0 })
  expect(stderr.match(/STOWAGE_SQLITE_NO_WORKER/g)).toHaveLength(1)
})
