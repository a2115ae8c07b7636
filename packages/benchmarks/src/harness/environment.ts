import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { cpus, totalmem } from 'node:os'

/** One line on the machine and one on the versions compared. */
export function environment(packages: readonly string[]): string {
  const processors = cpus()
  const model = processors[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 1024 ** 3)
  const versions = packages.map(name => `${name} ${versionOf(name)}`)
  return [
    `${processors.length} × ${model}, ${memory} GiB, ${process.platform} ${process.arch}.`,
    `Node ${process.versions.node}, ${versions.join(', ')}.`,
  ].join('\n')
}

function versionOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url)
  if (path === undefined) throw new Error(`${name} is not installed.`)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
