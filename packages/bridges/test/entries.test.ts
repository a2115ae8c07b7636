import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const BRIDGES = ['files-sdk', 'flystorage', 'unstorage']

test.each(BRIDGES)('the entry of %s loads no other bridge, and none of their libraries', async entry => {
  const { metafile } = await build({
    entryPoints: [join(root, `src/${entry}.ts`)],
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  const modules = Object.keys(metafile.inputs).join('\n')
  for (const other of BRIDGES) expect(modules.includes(`/${other}`), other).toBe(other === entry)
  const packages = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  )
  expect([...new Set(packages)].filter(name => !name.startsWith('node:'))).toEqual(['@stowage/core/contracts'])
})
