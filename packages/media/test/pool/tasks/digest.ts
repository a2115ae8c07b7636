import { createHash } from 'node:crypto'
import type { Task } from '../../../src/lib/pool/task.ts'

export interface DigestOptions {
  /** Ranges to read, all at the same time; else the stream. */
  readonly ranges?: readonly (readonly [number, number])[]
  readonly from?: number
  /** Chunks of the stream that are taken. */
  readonly chunks?: number
}

const hash = (parts: readonly Uint8Array[]): string =>
  parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest('hex')

/** What arrives of a file. */
const digest: Task<DigestOptions, { sha256: string; sizes: number[] }> = async (file, { ranges, from, chunks = Infinity }) => {
  const parts: Uint8Array[] = []
  if (ranges) parts.push(...(await Promise.all(ranges.map(([start, end]) => file.read(start, end)))))
  else
    for await (const chunk of file.stream(from)) {
      parts.push(chunk)
      if (parts.length >= chunks) break
    }
  return { sha256: hash(parts), sizes: parts.map(part => part.length) }
}
export default digest
