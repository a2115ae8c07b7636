import { soakCommand } from './lib/command.ts'
import type { Soak } from './lib/soak.ts'

const soaks: Record<string, () => Promise<Soak>> = {
  aborts: async () => (await import('./aborts/aborts.ts')).default,
  fuzz: async () => (await import('./fuzz/fuzz.ts')).default,
  import: async () => (await import('./import/import.ts')).default,
  kill: async () => (await import('./kill/kill.ts')).default,
  memory: async () => (await import('./memory/memory.ts')).default,
  power: async () => (await import('./power/power.ts')).default,
  slow: async () => (await import('./slow/slow.ts')).default,
}

process.exitCode = await soakCommand(soaks, process.argv.slice(2))
