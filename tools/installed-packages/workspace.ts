import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}

/** Every package that is published, in alphabetical order. */
export async function publishedPackages(): Promise<Package[]> {
  const names = (await readdir(join(root, 'packages'))).sort()
  const all = await Promise.all(
    names.map(async name => {
      const folder = join(root, 'packages', name)
      return { folder, manifest: await readManifest(folder) }
    }),
  )
  return all.filter(({ manifest }) => !manifest.private)
}

/** What a program writes to import each entry of a package: `@stowage/core`, `@stowage/core/contracts`. */
export function entries({ manifest }: Package): string[] {
  return Object.keys(manifest.exports ?? {})
    .filter(path => path !== './package.json')
    .map(path => manifest.name + path.slice(1))
}
