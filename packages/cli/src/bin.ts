#!/usr/bin/env node
import { run } from './lib/run.ts'

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The second one is the system's: it ends the process at once.
  process.once(signal, () => controller.abort())
}
// A reader that went away, such as `head`, wants no more.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(3)
  throw error
})

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  folder: process.cwd(),
  signal: controller.signal,
})
