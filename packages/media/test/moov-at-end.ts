import { open, readFile } from 'node:fs/promises'

/** Copies an MP4 whose index is at its end, with `padding` zeros behind its media: a large file that takes no room on the disk. */
export async function padMp4(from: string, to: string, padding: number): Promise<void> {
  const bytes = await readFile(from)
  const mdat = bytes.indexOf('mdat') - 4
  const end = mdat + bytes.readUInt32BE(mdat)
  if (bytes.toString('latin1', end + 4, end + 8) !== 'moov') throw new Error(`${from} has its index elsewhere`)
  const head = Buffer.from(bytes.subarray(0, end))
  head.writeUInt32BE(end - mdat + padding, mdat)
  const handle = await open(to, 'w')
  try {
    await handle.write(head, 0, head.length, 0)
    await handle.write(bytes, end, bytes.length - end, end + padding)
  } finally {
    await handle.close()
  }
}
