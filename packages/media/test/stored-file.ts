import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ByteRange, JsonObject, ProcessInput, ProcessReport } from '@stowage/core/contracts'

export interface StoredFileOptions {
  readonly contentType: string
  readonly resume?: JsonObject | null
  readonly signal?: AbortSignal
}

/** A file on disk as a processor sees it, with what it reported and how many bytes were read. */
export async function storedFile(
  path: string,
  options: StoredFileOptions,
): Promise<{ input: ProcessInput; reports: ProcessReport[]; readBytes(): number }> {
  const handle = await open(path)
  const { size } = await handle.stat()
  await handle.close()
  const reports: ProcessReport[] = []
  let read = 0
  const input: ProcessInput = {
    asset: {
      id: 'a1',
      kind: 'file',
      type: 'file',
      filename: basename(path),
      width: null,
      height: null,
      properties: {},
      contentType: options.contentType,
      sizeBytes: size,
    },
    signal: options.signal ?? new AbortController().signal,
    resume: options.resume ?? null,
    report: async report => void reports.push(structuredClone(report)),
    open: async range => {
      const [start, end] = offsets(range, size)
      return parts(path, start, end, bytes => {
        read += bytes
      })
    },
  }
  return { input, reports, readBytes: () => read }
}

function offsets(range: ByteRange | undefined, size: number): [number, number] {
  if (!range) return [0, size]
  if ('suffix' in range) return [Math.max(0, size - range.suffix), size]
  return [range.start, Math.min(size, (range.end ?? size - 1) + 1)]
}

async function* parts(path: string, start: number, end: number, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const handle = await open(path)
  try {
    for (let at = start; at < end; ) {
      const bytes = new Uint8Array(Math.min(64 * 1024, end - at))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, at)
      count(bytesRead)
      at += bytesRead
      yield bytes.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}
