import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Hundreds of programs are started from their sources, and most of a start would be stripping types. Children inherit it.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node-compile')

/** What takes minutes begins first, so that no core waits for it at the end. */
const LONG = [
  'soak/test/kill.test.ts',
  'soak/test/power.test.ts',
  'tools/doc-blocks/',
  'golden.test.ts',
  'soak/test/',
  'conformance',
]

/** Its server may still be on its way. */
const LAST = 'adapter-s3/'

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      if (moduleId.includes(LAST)) return LONG.length + 1
      const found = LONG.findIndex(part => moduleId.includes(part))
      return found === -1 ? LONG.length : found
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

/** Whole suites against servers that are slow to ask: `npm run test:long`. */
// biome-ignore lint/suspicious/noUndeclaredEnvVars: turbo runs no tests
const LONG_SUITES = process.env.STOWAGE_LONG ? [] : ['**/*.long.test.ts']

const conditions = ['@stowage/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'docs/**/*.test.ts', 'tools/**/*.test.ts'],
    globalSetup: ['tools/servers/src/global-setup.ts'],
    exclude: [...configDefaults.exclude, ...LONG_SUITES],
    pool: 'forks',
    // Much of what tests wait for is the disk, or another process: with one worker for each core, a quarter of the time is lost.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongFirst },
    execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
