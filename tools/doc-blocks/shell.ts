import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { join } from 'node:path'

/** An HTTP error fails the block, as it would fail the reader. */
export const PRELUDE =
  'set -Eeuo pipefail\ntrap \'echo "failed: $BASH_COMMAND"\' ERR\ncurl() { command curl --fail-with-body --silent --show-error "$@"; }\n'

/** `npx stowage` is the command from its source: nothing is built when documents are tested. */
export const stowageFrom = (root: string): string =>
  `npx() { if [ "$1" = stowage ]; then shift; "${process.execPath}" --conditions=@stowage/source --disable-warning=ExperimentalWarning \
"${join(root, 'packages/cli/src/bin.ts')}" "$@"; else command npx "$@"; fi; }\n`

/** Whoever runs the tests has installed already. */
export function withoutInstall(code: string): string {
  return code.replace(/^\s*npm ci\s*(&&|$)/gm, '')
}

/** Checks `npm install` lines: every package named exists here, as ours or as an installed dependency. */
export function checkInstall(code: string, root: string): void {
  for (const command of commands(code)) {
    const [npm, verb, ...words] = command.split(/\s+/)
    if (npm !== 'npm' || verb !== 'install') throw new Error(`not an \`npm install\`: ${command}`)
    for (const word of words.filter(each => !each.startsWith('-'))) {
      const name = word.replace(/(?<=.)@.*$/, '')
      if (!isInstalled(name, root)) throw new Error(`${name} is no package of this workspace, nor one of its dependencies`)
    }
  }
}

/** Checks commands that only CI itself can run: each must stand in `.ci/run`. */
export async function checkRunByCi(code: string, root: string): Promise<void> {
  const script = await readFile(join(root, '.ci/run'), 'utf8')
  const run = script.split('\n').filter(line => !line.trimStart().startsWith('#'))
  for (const command of commands(code)) {
    if (!run.some(line => `${line} `.includes(` ${command} `))) throw new Error(`.ci/run never runs \`${command}\``)
  }
}

/** Checks `npm run` lines of what takes too long for a test: the workspace must have the script. */
export async function checkScripts(code: string, root: string): Promise<void> {
  for (const command of commands(code)) {
    const [, script = '', workspace = '.'] = /^npm run (\S+)(?: -w (\S+))?(?: -- .*)?$/.exec(command) ?? []
    if (!script) throw new Error(`not an \`npm run SCRIPT -w FOLDER\`: ${command}`)
    const { scripts = {} }: { scripts?: Record<string, string> } = JSON.parse(
      await readFile(join(root, workspace, 'package.json'), 'utf8'),
    )
    if (!scripts[script]) throw new Error(`${workspace} has no script ${script}`)
  }
}

function commands(code: string): string[] {
  return code
    .split(/\n|&&/)
    .map(command => command.replace(/\s#.*$/, '').trim())
    .filter(command => command !== '')
}

function isInstalled(name: string, root: string): boolean {
  try {
    return findPackageJSON(name, join(root, 'package.json')) !== undefined
  } catch {
    return false
  }
}
