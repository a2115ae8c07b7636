export { defineConfig, type StowageConfig } from './lib/config.ts'
export type { CommandOutput, MigrateResult, SweepResult } from './lib/output.ts'
