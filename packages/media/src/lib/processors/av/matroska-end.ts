import type { TaskFile } from '../../pool/task.ts'

const TAIL_BYTES = 4 * 1024 * 1024
const HEAD_BYTES = 256 * 1024
const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75])
const TIMESTAMP_SCALE = Buffer.from([0x2a, 0xd7, 0xb1])
const TIMESTAMP = 0xe7
const SIMPLE_BLOCK = 0xa3
const BLOCK_GROUP = 0xa0
/** Nanoseconds. @see RFC 9559 §5.1.2.9 */
const DEFAULT_SCALE = 1_000_000

/** Seconds at which the last block of a recording begins, for one whose header was written before its end was known. @see RFC 9559 §5.1.3 */
export async function lastMatroskaTime(file: TaskFile): Promise<number | null> {
  const tail = Buffer.from(await file.read(Math.max(0, file.sizeBytes - TAIL_BYTES), file.sizeBytes))
  const at = tail.lastIndexOf(CLUSTER)
  if (at < 0) return null
  const ticks = lastTimeIn(tail, at + CLUSTER.length)
  return ticks === null ? null : Math.round((ticks * (await scaleOf(file))) / 1e6) / 1000
}

function lastTimeIn(bytes: Buffer, from: number): number | null {
  let at = from + (sizeAt(bytes, from)?.width ?? bytes.length)
  let start: number | null = null
  let last = 0
  while (at < bytes.length) {
    const id = bytes[at]
    const size = sizeAt(bytes, at + 1)
    if (!size || (id !== TIMESTAMP && id !== SIMPLE_BLOCK && id !== BLOCK_GROUP && id !== 0xa7 && id !== 0xab)) break
    const body = at + 1 + size.width
    if (id === TIMESTAMP && size.value >= 1 && size.value <= 6 && body + size.value <= bytes.length)
      start = bytes.readUIntBE(body, size.value)
    if (id === SIMPLE_BLOCK) {
      const track = sizeAt(bytes, body)
      if (track && body + track.width + 2 <= bytes.length) last = Math.max(last, bytes.readInt16BE(body + track.width))
    }
    at = body + size.value
  }
  return start === null ? null : start + last
}

/** An EBML number: the leading zeros of the first byte say how many bytes follow. @see RFC 8794 §4 */
function sizeAt(bytes: Buffer, at: number): { width: number; value: number } | null {
  const first = bytes[at]
  if (!first) return null
  const width = Math.clz32(first) - 23
  if (width > 8 || at + width > bytes.length) return null
  let value = first & (0xff >> width)
  for (let index = 1; index < width; index++) value = value * 256 + (bytes[at + index] ?? 0)
  return { width, value }
}

async function scaleOf(file: TaskFile): Promise<number> {
  const head = Buffer.from(await file.read(0, Math.min(file.sizeBytes, HEAD_BYTES)))
  const at = head.indexOf(TIMESTAMP_SCALE)
  const size = at < 0 ? null : sizeAt(head, at + TIMESTAMP_SCALE.length)
  if (!size || size.value < 1 || size.value > 6) return DEFAULT_SCALE
  const body = at + TIMESTAMP_SCALE.length + size.width
  return body + size.value <= head.length ? head.readUIntBE(body, size.value) : DEFAULT_SCALE
}
