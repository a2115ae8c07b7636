/** The first 60 %: an upload, or a disk, that ended. */
export function truncated(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length * 0.6))
}

/** The beginning, by which its type is known, is whole; behind it every seventh byte is another. */
export function corrupt(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes)
  for (let index = Math.min(64, damaged.length >> 1); index < damaged.length; index += 7)
    damaged[index] = (damaged[index] ?? 0) ^ 0x5a
  return damaged
}
