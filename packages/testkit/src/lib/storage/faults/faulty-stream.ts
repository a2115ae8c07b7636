import type { StorageBody } from '@stowage/core/contracts'
import type { Fault } from './fault.ts'

export type StreamFault = Extract<Fault, { kind: 'failStream' | 'truncate' | 'flipBit' }>

export function isStreamFault(fault: Fault): fault is StreamFault {
  return fault.kind === 'failStream' || fault.kind === 'truncate' || fault.kind === 'flipBit'
}

/** The same bytes with faults in them. */
export function faultyStream(body: StorageBody, faults: readonly StreamFault[]): AsyncIterable<Uint8Array> {
  return faults.reduce((stream, fault) => strike(stream, fault), body instanceof Uint8Array ? whole(body) : body)
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes
}

async function* strike(body: AsyncIterable<Uint8Array>, fault: StreamFault): AsyncGenerator<Uint8Array, void> {
  let offset = 0
  for await (const chunk of body) {
    const end = offset + chunk.byteLength
    if (fault.kind === 'flipBit') {
      yield flipped(chunk, fault.atByte - offset)
    } else if (end >= fault.afterBytes) {
      if (fault.afterBytes > offset) yield chunk.subarray(0, fault.afterBytes - offset)
      if (fault.kind === 'truncate') return
      throw fault.error
    } else {
      yield chunk
    }
    offset = end
  }
}

function flipped(chunk: Uint8Array, index: number): Uint8Array {
  const byte = chunk[index]
  if (byte === undefined) return chunk
  const copy = Uint8Array.from(chunk)
  copy[index] = byte ^ 1
  return copy
}
