import { type TaskFile, Unreadable } from '../pool/task.ts'

/** Compressed; more than any camera writes of a picture within the limit of pixels, and bearable in a child. */
const MAX_BYTES = 96 * 1024 * 1024
const PART_BYTES = 8 * 1024 * 1024

/** All bytes of a file: a decoder that is given the whole compressed picture skips what a small one does not need. @throws Unreadable */
export async function wholeFile(file: TaskFile): Promise<Uint8Array> {
  if (file.sizeBytes > MAX_BYTES)
    throw new Unreadable(`The file has more than ${MAX_BYTES / 1024 / 1024} MiB: no picture is made of it.`)
  if (file.sizeBytes <= PART_BYTES) return file.read(0, file.sizeBytes)
  const whole = new Uint8Array(file.sizeBytes)
  for (let at = 0; at < whole.length; at += PART_BYTES) whole.set(await file.read(at, at + PART_BYTES), at)
  return whole
}
