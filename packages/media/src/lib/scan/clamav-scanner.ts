import { isStowageError, type Scanner, type StoredFile, StowageError } from '@stowage/core/contracts'
import { integerOption } from '../options.ts'
import { type ClamdAddress, scanStream } from './clamd.ts'
import { readReply } from './reply.ts'

/** Where clamd listens: on a TCP port, or on a Unix socket. */
export type ClamavScannerOptions = ({ readonly host: string; readonly port: number } | { readonly socket: string }) & {
  /**
   * Largest file that is sent, 1 byte to 2 GiB - 1. Default 100 MiB, as in clamd.conf. Never more than the least of `StreamMaxLength`, `MaxFileSize`
   * and `MaxScanSize` there: clamd calls a file above the last two clean without having looked at it.
   */
  readonly maxBytes?: number
  /** Time for the connection, 1 to 60,000 milliseconds, default 5,000. */
  readonly connectTimeoutMs?: number
  /** Time for one file in all, 1 to 3,600,000 milliseconds, default 300,000. clamd gives up on a file after two minutes by default. */
  readonly timeoutMs?: number
}

const MIB = 1024 * 1024
const CLAMAV_LIMIT = 2 ** 31 - 1

/**
 * Asks ClamAV's daemon about each file, through its INSTREAM command: the bytes are streamed as fast as clamd takes them, over a connection of their own.
 *
 * Only the answer `OK` to the whole of a file is clean. A file above `maxBytes` is refused before a byte is sent.
 * @throws StowageError `invalid_request` on a wrong option (at once). The scan: `unprocessable` for a file that is larger than clamd takes or scans; `unavailable`
 * where clamd can't be reached, ends the connection or says that it failed; `timeout`; `bad_gateway` for an answer that isn't clamd's; `aborted`; what the storage throws
 * @see https://docs.clamav.net/manual/Usage/Scanning.html#clamd
 */
export function clamavScanner(options: ClamavScannerOptions): Scanner {
  const address = addressOf(options)
  const maxBytes = integerOption('maxBytes', options.maxBytes, { min: 1, max: CLAMAV_LIMIT, default: 100 * MIB })
  const timeoutMs = integerOption('timeoutMs', options.timeoutMs, { min: 1, max: 3_600_000, default: 300_000 })
  const connectTimeoutMs = integerOption('connectTimeoutMs', options.connectTimeoutMs, { min: 1, max: 60_000, default: 5000 })
  return {
    name: 'clamav',
    async scan(file) {
      const { sizeBytes } = file.asset
      if (sizeBytes > maxBytes) throw tooLarge(`It has ${sizeBytes} bytes; files of up to ${maxBytes} are scanned.`)
      const deadline = AbortSignal.timeout(timeoutMs)
      try {
        const signal = AbortSignal.any([file.signal, deadline])
        signal.throwIfAborted()
        return readReply(await scanStream({ address, connectTimeoutMs, signal }, wholeOf(file)))
      } catch (error) {
        throw translate(error, file.signal, deadline)
      }
    },
  }
}

/** Every byte that the record tells of: part of a file that is clean says nothing of the rest. */
async function* wholeOf(file: StoredFile): AsyncGenerator<Uint8Array> {
  let sentBytes = 0
  for await (const chunk of await file.open()) {
    sentBytes += chunk.byteLength
    yield chunk
  }
  const { sizeBytes } = file.asset
  if (sentBytes === sizeBytes) return
  throw new StowageError('unavailable', `The file was not scanned: the storage gave ${sentBytes} of its ${sizeBytes} bytes.`)
}

function translate(error: unknown, signal: AbortSignal, deadline: AbortSignal): unknown {
  if (signal.aborted) return new StowageError('aborted', 'The file was not scanned: the work was given up.', { cause: error })
  if (deadline.aborted) return new StowageError('timeout', 'The malware scanner did not answer in time.', { cause: error })
  if (isStowageError(error)) return error
  return new StowageError('unavailable', 'The malware scanner could not be reached, or ended the connection.', { cause: error })
}

function tooLarge(why: string): StowageError {
  return new StowageError('unprocessable', `The file is too large for the malware scanner. ${why}`)
}

function addressOf(options: ClamavScannerOptions): ClamdAddress {
  if ('socket' in options) {
    if (typeof options.socket === 'string' && options.socket !== '') return { path: options.socket }
    throw new StowageError('invalid_request', 'Option socket must be the path of the Unix socket that clamd listens on.')
  }
  const { host, port } = options
  if (typeof host !== 'string' || host === '') {
    throw new StowageError('invalid_request', 'Option host must name the machine that clamd runs on; or give its socket.')
  }
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return { host, port }
  throw new StowageError('invalid_request', 'Option port must be an integer from 1 to 65535; the usual one is 3310.')
}
