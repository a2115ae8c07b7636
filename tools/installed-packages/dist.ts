import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Package } from './workspace.ts'

const TEST = /\.(test|test-d)\.ts$/
/** A relative import that still ends in `.ts`, which only a bundler or our own source condition could resolve. */
const UNREWRITTEN = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+\.ts)['"]/

/** What two entries of a bundled package share. */
const SHARED = /^shared\/[A-Z0-9]+\.js(\.map)?$/

/** What is wrong with a package's `dist`: a source without its module or types, a leftover, an import not rewritten. */
export async function distProblems({ folder, manifest }: Package): Promise<string[]> {
  const built = new Set(await files(join(folder, 'dist')))
  const sources = (await files(join(folder, 'src'))).filter(file => file.endsWith('.ts') && !TEST.test(file))
  const bundled = manifest.scripts?.build?.includes('bundle-package') === true
  const modules = bundled ? sources.filter(file => !file.includes('/')) : sources
  const expected = new Set([
    ...sources.map(file => file.replace(/\.ts$/, '.d.ts')),
    ...modules.flatMap(file => ['.js', '.js.map'].map(ending => file.replace(/\.ts$/, ending))),
  ])
  const problems = [
    ...[...expected].filter(file => !built.has(file)).map(file => `dist/${file} is missing`),
    ...[...built]
      .filter(file => /\.(js|d\.ts|js\.map)$/.test(file) && !expected.has(file) && !(bundled && SHARED.test(file)))
      .map(file => `dist/${file} has no source; remove dist`),
  ]
  for (const file of built) {
    if (!file.endsWith('.js')) continue
    const found = UNREWRITTEN.exec(await readFile(join(folder, 'dist', file), 'utf8'))
    if (found) problems.push(`dist/${file} imports ${found[1]}`)
  }
  return problems.map(problem => `${manifest.name}: ${problem}`)
}

async function files(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
}
