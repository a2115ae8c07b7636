import type { Logger } from '../contracts/runtime.ts'

type Level = 'debug' | 'info' | 'warn' | 'error'
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/**
 * Writes one line of JSON per event to standard error.
 * @param minimum events below it are dropped; default `warn`
 */
export function consoleLogger(minimum: Level = 'warn'): Logger {
  const from = LEVELS.indexOf(minimum)
  const at =
    (level: Level) =>
    (message: string, details: object = {}): void => {
      if (LEVELS.indexOf(level) < from) return
      process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...printable(details) })}\n`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function printable(details: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, value instanceof Error ? describeError(value) : value]),
  )
}

function describeError(error: Error): object {
  const cause = error.cause instanceof Error ? { cause: describeError(error.cause) } : {}
  return { name: error.name, message: error.message, stack: error.stack, ...cause }
}
