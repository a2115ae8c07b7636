import type { StoredFile } from '@stowage/core/contracts'
import { unavailable } from './failures.ts'
import { frames } from './frames.ts'
import { MAX_OPEN_READS, MAX_READ_BYTES, MESSAGE_COST_BYTES } from './limits.ts'
import type { ChildProcess } from './spawn.ts'

/** Why a child is not served any longer. */
export type Misuse = 'protocol' | 'reading'

export interface FileServer {
  /** @returns what was wrong with the message; null: nothing */
  onFrame(kind: number, id: number, payload: Uint8Array): Misuse | null
  /** Of reads that the storage failed, the first one's error. */
  readonly failure: unknown
  close(): void
}

interface Reading {
  credit: number
  stopped: boolean
  wake: () => void
}

/** Hands the bytes of a file to a child: by range, as it asks, and no more than it may have. */
export function fileServer(file: StoredFile, child: ChildProcess, maxBytes: number): FileServer {
  const { sizeBytes } = file.asset
  const readings = new Map<number, Reading>()
  let left = maxBytes
  let failure: unknown = null

  async function serve(id: number, start: number, end: number, reading: Reading): Promise<void> {
    try {
      const rest = await pump(id, start, end, reading)
      if (rest > 0 && !reading.stopped) throw unavailable('The file ended before its end.')
      if (!reading.stopped) await child.send(frames.end, id)
    } catch (error) {
      failure ??= error
      if (!reading.stopped) await child.send(frames.broken, id)
    } finally {
      readings.delete(id)
    }
  }

  /** @returns how many bytes are missing */
  async function pump(id: number, start: number, end: number, reading: Reading): Promise<number> {
    let rest = end - start
    for await (const chunk of await file.open({ start, end: end - 1 })) {
      for (let at = 0; at < chunk.byteLength && rest > 0; ) {
        await creditOf(reading)
        if (reading.stopped) return rest
        const piece = chunk.subarray(at, at + Math.min(reading.credit, rest))
        reading.credit -= piece.byteLength
        rest -= piece.byteLength
        at += piece.byteLength
        await child.send(frames.data, id, piece)
      }
      if (rest === 0 || reading.stopped) return rest
    }
    return rest
  }

  function begin(id: number, payload: Uint8Array): Misuse | null {
    const [start = -1, end = -1, credit = -1] = numbersOf(payload)
    const sound = [start, end, credit].every(Number.isSafeInteger) && start >= 0 && end > start && end <= sizeBytes
    if (!sound || credit < 1 || credit > MAX_READ_BYTES) return 'protocol'
    if (readings.has(id) || readings.size >= MAX_OPEN_READS) return 'protocol'
    const reading = { credit, stopped: false, wake: () => undefined }
    readings.set(id, reading)
    left -= Math.min(credit, end - start)
    if (left < 0) return 'reading'
    void serve(id, start, end, reading)
    return null
  }

  function more(id: number, payload: Uint8Array): Misuse | null {
    const [credit = -1] = numbersOf(payload)
    const reading = readings.get(id)
    if (!Number.isSafeInteger(credit) || credit < 1 || credit + (reading?.credit ?? 0) > MAX_READ_BYTES) return 'protocol'
    left -= credit
    if (left < 0) return 'reading'
    if (reading) reading.credit += credit
    reading?.wake()
    return null
  }

  function took(payload: Uint8Array): Misuse | null {
    const [bytes = -1] = numbersOf(payload)
    if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > MAX_READ_BYTES) return 'protocol'
    left -= bytes
    return left < 0 ? 'reading' : null
  }

  function stop(reading: Reading | undefined): void {
    if (!reading) return
    reading.stopped = true
    reading.wake()
  }

  return {
    onFrame(kind, id, payload) {
      left -= MESSAGE_COST_BYTES
      if (left < 0) return 'reading'
      if (kind === frames.read) return begin(id, payload)
      if (kind === frames.more) return more(id, payload)
      if (kind === frames.took) return took(payload)
      stop(readings.get(id))
      return null
    },
    get failure() {
      return failure
    },
    close() {
      for (const reading of readings.values()) stop(reading)
    },
  }
}

function creditOf(reading: Reading): Promise<void> {
  if (reading.credit > 0 || reading.stopped) return Promise.resolve()
  return new Promise(resolve => {
    reading.wake = resolve
  })
}

function numbersOf(payload: Uint8Array): number[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  return Array.from({ length: Math.floor(payload.byteLength / 8) }, (_, index) => view.getFloat64(index * 8, true))
}
