import { createRequire } from 'node:module'
import { Writable } from 'node:stream'
import { isStowageError } from '@stowage/core'
import type { CommandContext, Display } from './command.ts'
import { auditCommand } from './commands/audit.ts'
import { copyCommand } from './commands/copy.ts'
import { migrateCommand } from './commands/migrate.ts'
import { sweepCommand } from './commands/sweep.ts'
import { type ExitCode, exitCodes, UsageError } from './exit-codes.ts'
import { help } from './help.ts'
import type { CommandOutput } from './output.ts'
import { progressOn } from './terminal.ts'

const commands = { audit: auditCommand, sweep: sweepCommand, copy: copyCommand, migrate: migrateCommand }
type CommandName = keyof typeof commands

/** Runs one command line. Never throws. @returns what the process ends with */
export async function run(argv: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [name = '', ...args] = argv
  const json = argv.includes('--json')
  if (!isCommand(name)) return runNone(argv, context, json)
  if (args.includes('--help') || args.includes('-h')) {
    context.stdout.write(help[name])
    return exitCodes.clean
  }
  const progress = progressOn(json ? silent() : context.stderr)
  const display: Display = { progress, say: text => (json ? undefined : progress.line(context.stdout, text)) }
  try {
    const outcome = await commands[name](args, context, display)
    progress.end()
    if (json) print(context, { version: 1, command: name, ...outcome, error: null })
    return outcome.exitCode
  } catch (error) {
    progress.end()
    return failed(error, name, context, json)
  }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)

function runNone(argv: readonly string[], context: CommandContext, json: boolean): ExitCode {
  const [first] = argv
  if (first === '--help' || first === '-h' || first === 'help') {
    context.stdout.write(help.stowage)
    return exitCodes.clean
  }
  if (first === '--version') {
    const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
    context.stdout.write(`${version}\n`)
    return exitCodes.clean
  }
  const said = first === undefined ? 'Which command?' : `There is no command ${first}.`
  return failed(new UsageError(`${said} stowage --help lists them.`), null, context, json)
}

function failed(error: unknown, command: CommandName | null, context: CommandContext, json: boolean): ExitCode {
  const usage = error instanceof UsageError
  const code = usage ? 'usage' : isStowageError(error) ? error.code : 'internal'
  const message = error instanceof Error ? error.message : String(error)
  const exitCode = usage ? exitCodes.usage : exitCodes.failure
  if (json) print(context, { version: 1, command, exitCode, result: null, error: { code, message } })
  else context.stderr.write(`stowage: ${message}${usage && command ? ` (stowage ${command} --help)` : ''}\n`)
  return exitCode
}

function print({ stdout }: CommandContext, output: CommandOutput): void {
  stdout.write(`${JSON.stringify(output)}\n`)
}

const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })
