import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')

/** What each package may import of ours, outside its tests. Also the arrows of docs/architecture.md. */
const arrows: Record<string, readonly string[]> = {
  core: [],
  multipart: [],
  client: [],
  ui: ['@stowage/client'],
  http: ['@stowage/core', '@stowage/core/contracts', '@stowage/multipart'],
  'http-express': ['@stowage/http', '@stowage/http/node'],
  'http-hono': ['@stowage/http', '@stowage/http/node'],
  'adapter-fs': ['@stowage/core/contracts'],
  'adapter-gcs': ['@stowage/core/contracts'],
  'adapter-s3': ['@stowage/core/contracts'],
  bridges: ['@stowage/core/contracts'],
  media: ['@stowage/core/contracts'],
  telemetry: ['@stowage/core/contracts'],
  'url-import': ['@stowage/core/contracts'],
  'metadata-sql': ['@stowage/core/contracts'],
  'metadata-sqlite': ['@stowage/core/contracts', '@stowage/metadata-sql'],
  'metadata-postgres': ['@stowage/core/contracts', '@stowage/metadata-sql'],
  cli: [
    '@stowage/core',
    '@stowage/core/contracts',
    '@stowage/adapter-fs',
    '@stowage/adapter-s3',
    '@stowage/adapter-gcs',
    '@stowage/metadata-sqlite',
    '@stowage/metadata-postgres',
  ],
  testkit: ['@stowage/core', '@stowage/core/contracts', '@stowage/http'],
}
const entries = [...Object.keys(arrows).map(name => `@stowage/${name}`), '@stowage/core/contracts', '@stowage/http/node']

const wrong: Record<string, readonly string[]> = {
  'packages/http/src/lib/deep/relative.ts': ['../../../../core/src/index.ts', '../../../core/src/lib/stowage.ts'],
  'packages/http/src/lib/private.ts': [
    '@stowage/core/src/lib/stowage.ts',
    '@stowage/core/lib/stowage.js',
    '@stowage/core/dist/index.js',
  ],
  'packages/core/src/lib/world.ts': ['node:fs', 'node:fs/promises', 'node:http', 'node:net', 'express'],
  'packages/http/src/lib/relative.test.ts': ['../../../core/src/index.ts', '@stowage/core/src/index.ts'],
  'packages/http/test/relative.test.ts': ['../../core/src/index.ts', '../../../packages/core/src/index.ts'],
  'packages/http/test/deep/relative.test.ts': ['../../../core/src/index.ts', '@stowage/core/lib/stowage.js'],
  'examples/page-assets/src/reach.ts': ['../../../packages/core/src/index.ts', '@stowage/core/src/index.ts'],
  'packages/unheard-of/src/index.ts': ['@stowage/core'],
}
const right: Record<string, readonly string[]> = {
  'packages/http/src/lib/deep/own.ts': ['../../index.ts', '../routes.ts', './near.ts', 'zod', 'node:stream'],
  'packages/core/src/lib/own.ts': ['./contracts/errors.ts', 'node:crypto', 'zod'],
  'packages/http/src/lib/own.test.ts': [
    './own.ts',
    '@stowage/testkit',
    '@stowage/adapter-fs',
    '@stowage/metadata-sqlite',
    'node:http',
  ],
  'packages/core/test/deep/own.test.ts': ['../../src/index.ts', '../../src/lib/stowage.ts', '../helper.ts', '@stowage/testkit'],
  'packages/core/test/own.test.ts': ['../src/index.ts', './helper.ts'],
  'examples/page-assets/src/use.ts': ['@stowage/core', '@stowage/http-express', './pages.ts'],
}
for (const [name, allowed] of Object.entries(arrows)) {
  const itself = `@stowage/${name}`
  wrong[`packages/${name}/src/lib/arrows.ts`] = entries.filter(entry => !allowed.includes(entry) || entry === itself)
  right[`packages/${name}/src/lib/arrows.ts`] = allowed
}

/** Every way in which a module names another. */
const forms = [
  (name: string) => `import * as value from '${name}'\nexport default value`,
  (name: string) => `import '${name}'`,
  (name: string) => `import type { Type } from '${name}'\nexport type Again = Type`,
  (name: string) => `export * from '${name}'`,
  (name: string) => `export const later = () => import('${name}')`,
]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-direction-'))
  await cp(join(root, 'biome.json'), join(folder, 'biome.json'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Lints one file per (place, import, form); returns the places and imports that the rule refused. */
async function refused(cases: Record<string, readonly string[]>): Promise<Map<string, number>> {
  const from = new Map<string, string>()
  for (const [path, imports] of Object.entries(cases)) {
    for (const [i, name] of imports.entries()) {
      for (const [j, form] of forms.entries()) {
        const file = path.replace(/(\.test)?\.ts$/, `-${i}-${j}$&`)
        from.set(file, `${path} ← ${name}`)
        await mkdir(dirname(join(folder, file)), { recursive: true })
        await writeFile(join(folder, file), form(name))
      }
    }
  }
  const found = new Map([...from.values()].map(place => [place, 0]))
  for (const file of await lint([...from.keys()])) {
    const place = from.get(file)
    if (place) found.set(place, (found.get(place) ?? 0) + 1)
  }
  return found
}

function lint(files: readonly string[]): Promise<string[]> {
  const args = [
    'lint',
    '--vcs-enabled=false',
    '--only=style/noRestrictedImports',
    '--reporter=json',
    '--max-diagnostics=none',
    ...files,
  ]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [biome, ...args], { cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (!stdout.startsWith('{')) return reject(new Error(`biome gave no report: ${stderr}`, { cause: error }))
      const report: { diagnostics: { location: { path: string } }[] } = JSON.parse(stdout)
      resolve(report.diagnostics.map(diagnostic => diagnostic.location.path))
    })
  })
}

describe('the import direction', () => {
  it('refuses every wrong arrow, in every form of import', async () => {
    const found = await refused(wrong)
    expect([...found].filter(([, count]) => count !== forms.length)).toEqual([])
    expect(found.size).toBeGreaterThan(100)
  })

  it('accepts every right one', async () => {
    const found = await refused(right)
    expect([...found].filter(([, count]) => count > 0)).toEqual([])
  })

  it('knows every package that is published', async () => {
    expect((await manifests()).map(manifest => manifest.name).sort()).toEqual(
      Object.keys(arrows)
        .map(name => `@stowage/${name}`)
        .sort(),
    )
  })

  it('is what the packages declare as their dependencies', async () => {
    for (const manifest of await manifests()) {
      const ours = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(name =>
        name.startsWith('@stowage/'),
      )
      const allowed = (arrows[manifest.name.slice('@stowage/'.length)] ?? []).map(entry => entry.split('/').slice(0, 2).join('/'))
      expect(
        ours.filter(name => !allowed.includes(name)),
        manifest.name,
      ).toEqual([])
    }
  })
})

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

async function manifests(): Promise<Manifest[]> {
  const packages = await readdir(join(root, 'packages'))
  const all = await Promise.all(
    packages.map(async name => JSON.parse(await readFile(join(root, 'packages', name, 'package.json'), 'utf8')) as Manifest),
  )
  return all.filter(manifest => !manifest.private)
}
