import type { IncomingMessage } from 'node:http'
import { isStowageError, StowageError } from '@stowage/core/contracts'
import { badOrigin, tooLarge } from './failures.ts'
import type { Patience } from './patience.ts'

export interface BodyLimits {
  readonly maxBytes: number
  readonly idleMs: number
}

/**
 * The bytes of an answer, read as fast as they are asked for and no faster; counted, and waited for only so long. Its end, however it comes, is
 * the end of the connection.
 */
export function answerBody(
  response: IncomingMessage,
  patience: Patience,
  { maxBytes, idleMs }: BodyLimits,
): AsyncIterable<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]()
  const late = () => new StowageError('timeout', `The origin of the URL sent nothing for ${idleMs} ms.`)
  let received = 0
  let failure: unknown
  const fail = (error: unknown): never => {
    failure ??= toFailure(error)
    patience.end()
    throw failure
  }
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      if (failure !== undefined) throw failure
      try {
        const next = await patience.within(idleMs, late, () => chunks.next())
        if (next.done) {
          patience.end()
          return { done: true, value: undefined }
        }
        received += next.value.byteLength
        if (received > maxBytes) throw tooLarge(maxBytes)
        return next
      } catch (error) {
        return fail(error)
      }
    },
    async return() {
      patience.end()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

function toFailure(error: unknown): unknown {
  return isStowageError(error) ? error : badOrigin('The origin of the URL broke the file off.', error)
}
