import { StowageError } from '@stowage/core/contracts'
import type { Failure } from './batch-writer.ts'

/**
 * Gives each chunk of `body` to `take`, waiting where `take` asks for it, until the end or until `failure` is raised, which
 * also ends the wait for a source that is silent.
 */
export async function readSource(
  body: AsyncIterable<Uint8Array>,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
  failure: Failure,
): Promise<void> {
  const source = body[Symbol.asyncIterator]()
  let state: 'idle' | 'waiting' | 'ended' = 'idle'
  try {
    for (;;) {
      state = 'waiting'
      const step = await failure.race(
        source.next().then(
          result => {
            state = result.done ? 'ended' : 'idle'
            return result
          },
          error => {
            state = 'ended'
            throw error
          },
        ),
      )
      if (step.done) return
      if (!(step.value instanceof Uint8Array)) throw notBytes(step.value)
      if (step.value.byteLength > 0) await take(step.value)
    }
  } catch (error) {
    await release(source, state)
    throw error
  }
}

async function release(source: AsyncIterator<Uint8Array>, state: 'idle' | 'waiting' | 'ended'): Promise<void> {
  if (state === 'ended') return
  const released = Promise.resolve(source.return?.()).then(ignore, ignore)
  // A generator answers `return()` only after the `next()` it still waits in, which may be never.
  if (state === 'idle') await released
}

function ignore(): void {
  // What failed first is what the caller hears of.
}

function notBytes(value: unknown): StowageError {
  return new StowageError('invalid_request', `The body yielded ${typeof value}, not bytes. Don't set an encoding on the stream.`)
}
