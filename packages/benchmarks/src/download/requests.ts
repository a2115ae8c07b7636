import { createHash } from 'node:crypto'
import { sha256Of } from '../harness/content.ts'
import { load } from '../harness/load.ts'
import { type FileName, files } from './files.ts'

/** What is asked for, and answered. */
export interface Asked {
  readonly file: FileName
  readonly status: 200 | 206 | 304
  /** Of the file, inclusive: what is asked for where it is not the whole. */
  readonly range?: { readonly start: number; readonly end: number }
}

/** Makes the request, and looks at status and length of the answer. */
export function downloading(request: readonly Buffer[], asked: Asked): Parameters<typeof load>[2] {
  const expectedBytes = sizeOf(asked)
  return async connection => {
    const { status, head, bodyBytes } = await connection.exchange(request)
    if (status !== asked.status || bodyBytes !== expectedBytes) throw new Error(`Another answer was expected:\n${head}`)
  }
}

function sizeOf({ status, range, file }: Asked): number {
  if (status === 304) return 0
  return range ? range.end - range.start + 1 : files[file].sizeBytes
}

/** @param path before the filename */
export function requestOf(path: string, { file, range }: Pick<Asked, 'file' | 'range'>, etag: string | null): Buffer {
  const lines = [`GET ${path}/${file} HTTP/1.1`, 'Host: 127.0.0.1']
  if (range) lines.push(`Range: bytes=${range.start}-${range.end}`)
  if (etag !== null) lines.push(`If-None-Match: ${etag}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}

/** Asks once, and looks at every byte. */
export async function proveBytes(request: Buffer, asked: Asked, port: number): Promise<void> {
  const hash = createHash('sha256')
  await load(port, { connections: 1, seconds: 0 }, async connection => {
    connection.onBody = bytes => hash.update(bytes)
    await downloading([request], asked)(connection)
  })
  const { start, end } = asked.range ?? { start: 0, end: files[asked.file].sizeBytes - 1 }
  const whole = Buffer.concat(files[asked.file].pieces)
  const expected = asked.status === 304 ? Buffer.alloc(0) : whole.subarray(start, end + 1)
  if (hash.digest('hex') !== sha256Of([expected])) throw new Error('The server sent other bytes than it was given.')
}
