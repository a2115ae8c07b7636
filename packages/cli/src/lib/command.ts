import type { Writable } from 'node:stream'
import type { StowageOptions } from '@stowage/core'
import type { ExitCode } from './exit-codes.ts'
import type { CommandOutput } from './output.ts'
import type { Surroundings } from './places.ts'
import type { Progress, Terminal } from './terminal.ts'

/** What a command is run with. */
export interface CommandContext extends Surroundings {
  readonly stdout: Writable
  readonly stderr: Terminal
  /** Ends it early, with what it has done until then. */
  readonly signal: AbortSignal
}

export interface Outcome {
  readonly exitCode: ExitCode
  readonly result: NonNullable<CommandOutput['result']>
}

/** Where a command shows what it does and finds; with `--json`, results are kept for the one line at the end. */
export interface Display {
  readonly progress: Progress
  /** A line of the result, for people. */
  say(text: string): void
}

/** The same options, whose warnings and errors are lines on standard error unless the options send them elsewhere. */
export function withLogger(options: StowageOptions, { stderr }: CommandContext, { progress }: Display): StowageOptions {
  const tell = (level: string) => (message: string, details?: object) => {
    progress.line(stderr, `stowage: ${level}: ${message}${whyOf(details)}`)
  }
  const nothing = (): void => undefined
  return { logger: { debug: nothing, info: nothing, warn: tell('warning'), error: tell('error') }, ...options }
}

// Core hands on the plain facts of an error, not the error.
function whyOf(details: object | undefined): string {
  const error: unknown = details && 'error' in details ? details.error : undefined
  return typeof error === 'object' && error !== null && 'message' in error ? ` ${error.message}` : ''
}
