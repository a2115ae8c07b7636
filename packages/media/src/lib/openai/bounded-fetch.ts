import { StowageError } from '@stowage/core/contracts'

/**
 * A fetch whose answers end in an error once they are longer than allowed, or once `signal` aborts, also while the body is read.
 * Redirects are errors: they would carry the key elsewhere.
 */
export function boundedFetch(maxBytes: number, signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const signals = init?.signal ? [init.signal, signal] : [signal]
    const response = await fetch(input, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
    // Thrown here, it would be taken for a lost connection, and a paid answer asked for again.
    return new Response(response.body?.pipeThrough(limit(maxBytes)) ?? null, response)
  }
}

function limit(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let received = 0
  return new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength
      if (received > maxBytes) controller.error(tooLarge(maxBytes))
      else controller.enqueue(chunk)
    },
  })
}

function tooLarge(maxBytes: number): StowageError {
  return new StowageError('bad_gateway', `The image API's answer is longer than ${maxBytes} bytes.`)
}
