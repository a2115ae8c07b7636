import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  conditions: ['@stowage/source'],
  logLevel: 'error',
  // What was CommonJS asks for Node's own modules by `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
}

/** Each in a folder of its own, since both look for a worker beside themselves. */
const DRIVERS = ['adapter-fs', 'metadata-sqlite']

/**
 * Bundles the server program from its sources: it starts hundreds of times, and most of a start would be loading modules.
 * @returns path of the program
 */
export async function buildServer(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const program = join(folder, 'server/program.js')
  const source = join(import.meta.dirname, 'programs/server.ts')
  await build({ ...COMMON, entryPoints: [source], outfile: program, plugins: [driversApart] })
  await build({ ...COMMON, entryPoints: [join(import.meta.dirname, 'programs/every-thread.ts')], outfile: everyThread(program) })
  await Promise.all(DRIVERS.map(name => buildDriver(folder, name)))
  return program
}

/** What each thread of the program imports first. */
export const everyThread = (program: string): string => join(dirname(program), 'every-thread.js')

const driversApart: Plugin = {
  name: 'drivers stay apart',
  setup(building) {
    building.onResolve({ filter: /^@stowage\// }, ({ path }) => {
      const name = path.slice('@stowage/'.length)
      return DRIVERS.includes(name) ? { path: `../${name}/index.js`, external: true } : undefined
    })
  },
}

async function buildDriver(folder: string, name: string): Promise<void> {
  const source = dirname(fileURLToPath(import.meta.resolve(`@stowage/${name}`)))
  const files = await readdir(source, { recursive: true })
  const worker = files.find(file => /(^|[\\/])worker\.ts$/.test(file))
  if (worker === undefined) throw new Error(`@stowage/${name} has no file worker.ts any more.`)
  await build({ ...COMMON, entryPoints: [join(source, 'index.ts')], outfile: join(folder, name, 'index.js') })
  await build({ ...COMMON, entryPoints: [join(source, worker)], outfile: join(folder, name, 'worker.js') })
}
