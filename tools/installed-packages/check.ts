/** Proves that the built packages work outside this repository. Needs `npm run build` first; run by `npm run check:packages`. */
import { execFile } from 'node:child_process'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { distProblems } from './dist.ts'
import { installPacked } from './install.ts'
import { entries, type Package, publishedPackages, root } from './workspace.ts'

const run = promisify(execFile)
const consumer = 'consumer.ts'
/** Their users have the types of the DOM; those of all others may not. */
const forBrowsers = new Set(['@stowage/client', '@stowage/ui'])

const packages = await publishedPackages()
const problems = (await Promise.all(packages.map(distProblems))).flat()
if (problems.length > 0) throw new Error(`The build is not whole:\n${problems.join('\n')}`)

const project = await installPacked(packages)
try {
  const names = packages.flatMap(entries)
  await writeFile(join(project, 'imports.js'), names.map(name => `await import('${name}')\n`).join(''))
  await cp(join(import.meta.dirname, consumer), join(project, consumer))
  await inProject('every entry can be imported', 'imports.js')
  const [browser, server] = [true, false].map(is => packages.filter(({ manifest }) => forBrowsers.has(manifest.name) === is))
  await typesHold('server', server ?? [], [])
  await typesHold('browser', browser ?? [], ['dom', 'dom.iterable', 'dom.asynciterable'])
  await inProject('a file can be stored and read back', consumer, 'data')
  const places = ['--storage', 'fs:data/objects', '--database', 'sqlite:data/assets.db']
  await inProject('the command finds nothing wrong with it', await commandIn(project), 'audit', ...places, '--verify', 'digest')
  console.log(`${packages.length} packages, ${names.length} entries: installed from their tarballs, imported, typed, used`)
} finally {
  await rm(project, { recursive: true, force: true })
}

/** The program that npm would link as `stowage`. */
async function commandIn(folder: string): Promise<string> {
  const installed = join(folder, 'node_modules/@stowage/cli')
  const { bin }: { bin: { stowage: string } } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
  return join(installed, bin.stowage)
}

async function inProject(claim: string, ...args: string[]): Promise<void> {
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { cwd: project }).catch((cause: unknown) => {
    const output =
      cause instanceof Error && 'stdout' in cause && 'stderr' in cause ? `${cause.stdout}${cause.stderr}` : String(cause)
    throw new Error(`Not true of the packed packages: ${claim}.\n${output}`)
  })
  console.log(`  ${claim}`)
}

/** Compiles imports of every entry, as a strict user would, without our source condition. */
async function typesHold(name: string, imported: readonly Package[], moreLibs: readonly string[]): Promise<void> {
  const [source, config] = [`imports-${name}.ts`, `tsconfig.${name}.json`]
  const lines = imported.flatMap(entries).map((entry, i) => `export * as entry${i} from '${entry}'\n`)
  await writeFile(join(project, source), lines.join(''))
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable', ...moreLibs],
    module: 'nodenext',
    types: ['node'],
  }
  await writeFile(join(project, config), JSON.stringify({ compilerOptions, files: [source] }))
  await inProject(`every ${name} entry has types`, join(root, 'node_modules/typescript/bin/tsc'), '-p', config)
}
