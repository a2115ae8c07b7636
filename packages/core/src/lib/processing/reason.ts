import { isStowageError } from '../contracts/errors.ts'

const MAX_CHARS = 500

/** What a user is told of a failure. What is no error of ours may hold what is nobody's business. */
export function reasonOf(step: string, error: unknown): string {
  const told = isStowageError(error) && error.code !== 'internal'
  const reason = told ? error.message : `The file could not be processed (${step}).`
  return plainText(reason.slice(0, MAX_CHARS))
}

/** Whether another attempt may succeed. An error that nobody foresaw may. */
export function isWorthATry(error: unknown): boolean {
  return !isStowageError(error) || error.retryable
}

/** Text as every store takes it. */
export function plainText(text: string): string {
  return text.toWellFormed().replaceAll('\0', ' ')
}
