import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { Soak } from './soak.ts'

const PROGRESS_EVERY_MS = 5000

/** Runs the soak that the arguments name, and prints seed, counts and commit. @returns the exit code */
export async function soakCommand(
  soaks: Readonly<Record<string, () => Promise<Soak>>>,
  args: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seed: { type: 'string' }, count: { type: 'string' } },
  })
  const [name = ''] = positionals
  const load = Object.hasOwn(soaks, name) ? soaks[name] : undefined
  if (!load) {
    await printUsage(soaks)
    return name === '' ? 0 : 2
  }
  const soak = await load()
  const seed = wholeNumber('--seed', values.seed) ?? Date.now() % 2 ** 31
  const count = wholeNumber('--count', values.count) ?? soak.defaultCount
  console.log(`${name}: ${count} ${soak.unit}, seed ${seed}, commit ${commit()}`)
  const started = performance.now()
  const figures = await soak.run({ seed, count, progress: reporter(count, soak.unit) })
  const seconds = (performance.now() - started) / 1000
  console.log(`${name}: ${count} ${soak.unit} in ${seconds.toFixed(0)} s, nothing wrong`)
  for (const [label, figure] of Object.entries(figures)) console.log(`  ${label}: ${figure}`)
  return 0
}

async function printUsage(soaks: Readonly<Record<string, () => Promise<Soak>>>): Promise<void> {
  console.log('npm run soak -- NAME [--count N] [--seed N]\n')
  for (const [name, load] of Object.entries(soaks)) {
    const soak = await load()
    console.log(`  ${name.padEnd(12)} ${soak.summary} (${soak.defaultCount} ${soak.unit})`)
  }
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${option} takes a whole number, not "${text}".`)
  return value
}

function reporter(count: number, unit: string): (done: number) => void {
  let last = performance.now()
  return done => {
    if (performance.now() - last < PROGRESS_EVERY_MS) return
    last = performance.now()
    console.log(`  ${done} of ${count} ${unit} (${((100 * done) / count).toFixed(0)} %)`)
  }
}

function commit(): string {
  return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
}
