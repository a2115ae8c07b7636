import { type ScanResult, StowageError } from '@stowage/core/contracts'

/** Scanned in part only: said with `AlertExceedsMax yes`, and otherwise answered `OK`. */
const LIMIT = /^Heuristics\.Limits\.Exceeded/

/**
 * What clamd's answer to INSTREAM means. Whatever is not its plain `OK` to a whole file is no pass.
 * @param afterAll whether clamd had the whole file before it answered
 * @throws StowageError `unprocessable`, `unavailable`, `bad_gateway`
 */
export function readReply({ text, afterAll }: { readonly text: string; readonly afterAll: boolean }): ScanResult {
  if (text === 'stream: OK' && afterAll) return { clean: true }
  const [, reason] = /^stream: (.+) FOUND$/.exec(text) ?? []
  if (reason && LIMIT.test(reason)) {
    throw new StowageError('unprocessable', `The file is too large, or packed too deep, for the malware scanner (${reason}).`)
  }
  if (reason) return { clean: false, reason }
  if (text === 'INSTREAM size limit exceeded. ERROR') {
    throw new StowageError(
      'unprocessable',
      'The file is larger than the malware scanner takes: see StreamMaxLength in clamd.conf.',
    )
  }
  if (text.endsWith(' ERROR') || text === 'COMMAND READ TIMED OUT') {
    throw new StowageError('unavailable', 'The malware scanner could not scan the file.', { cause: new Error(text) })
  }
  throw notClamav(text)
}

export function notClamav(text: string): StowageError {
  const message = 'The malware scanner gave an answer that is none of ClamAV: check its address.'
  // An address can be put right: what was stored meanwhile must not count as scanned and refused.
  return new StowageError('bad_gateway', message, { cause: new Error(text), retryable: true })
}
