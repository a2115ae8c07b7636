/** What the process ends with. */
export const exitCodes = {
  /** Done, and nothing is wrong. */
  clean: 0,
  /** Done, and something is left to be looked at. */
  findings: 1,
  /** The command was not understood. */
  usage: 2,
  /** It could not be done, or was ended early. */
  failure: 3,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The command line can't be meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
