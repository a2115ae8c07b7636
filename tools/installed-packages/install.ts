import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Package, readManifest, root } from './workspace.ts'

const run = promisify(execFile)

/**
 * Installs packages as a user gets them: from the tarballs that npm would publish, into a folder outside the workspace.
 * Dependencies of others are linked from the workspace's own node_modules, and only those that a manifest declares, so that
 * nothing is downloaded and an undeclared one is missed.
 * @returns the project folder; the caller removes it
 */
export async function installPacked(packages: readonly Package[]): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'stowage-installed-'))
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const { stdout } = await run(
    'npm',
    [
      'pack',
      '--json',
      '--silent',
      '--pack-destination',
      project,
      ...packages.map(({ manifest }) => `--workspace=${manifest.name}`),
    ],
    { cwd: root, maxBuffer: 2 ** 26 },
  )
  const tarballs: { name: string; filename: string }[] = JSON.parse(stdout)
  for (const { name, filename } of tarballs) {
    const target = join(project, 'node_modules', name)
    await mkdir(target, { recursive: true })
    await run('tar', ['-xzf', join(project, filename), '-C', target, '--strip-components=1'])
  }
  const ours = new Set(packages.map(({ manifest }) => manifest.name))
  for (const { folder, manifest } of packages) {
    const wanted = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    for (const name of [...wanted, ...typesOf(wanted, folder)]) if (!ours.has(name)) await link(name, folder, project)
  }
  await link('@types/node', root, project)
  return project
}

/** Type packages that a TypeScript user of `names` installs too. */
function typesOf(names: readonly string[], from: string): string[] {
  return names.map(name => `@types/${name.replace(/^@/, '').replace('/', '__')}`).filter(name => locate(name, from) !== null)
}

function locate(name: string, from: string): string | null {
  try {
    const found = findPackageJSON(name, join(from, 'package.json'))
    return found ? dirname(found) : null
  } catch {
    return null
  }
}

async function link(name: string, from: string, project: string): Promise<void> {
  const source = locate(name, from)
  if (!source) throw new Error(`${name}, which ${(await readManifest(from)).name} declares, is not installed. Run npm ci.`)
  const target = join(project, 'node_modules', name)
  await mkdir(dirname(target), { recursive: true })
  await symlink(source, target, 'dir').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
