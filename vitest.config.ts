import { defineConfig } from 'vitest/config'

const conditions = ['@stowage/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'docs/**/*.test.ts', 'tools/**/*.test.ts'],
    pool: 'forks',
    // Much of what tests wait for is the disk: a core left free by default is a core lost.
    maxWorkers: '100%',
    execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
