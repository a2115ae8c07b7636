import { GIF } from 'image-size/types/gif'
import { type FileBytes, OutOfSight } from './file-bytes.ts'
import { type PictureFacts, sizedBy } from './picture-facts.ts'

const HEADER_BYTES = 13
const HAS_COLOURS = 0x80
const EXTENSION = 0x21
const IMAGE = 0x2c
const END = 0x3b
const MAX_BLOCKS = 65_536

/** The logical screen; and what of its frames lies within reach. */
export async function readGif(bytes: FileBytes): Promise<PictureFacts> {
  const header = await bytes.view(0, HEADER_BYTES)
  const size = sizedBy(GIF, header)
  const { frames, whole } = await framesOf(bytes, HEADER_BYTES + coloursBytes(header.getUint8(10)))
  return { ...size, ...(frames > 1 && { animated: true }), ...(frames > 1 && whole && { frames }) }
}

async function framesOf(bytes: FileBytes, start: number): Promise<{ frames: number; whole: boolean }> {
  let at = start
  let frames = 0
  try {
    for (let block = 0; block < MAX_BLOCKS; block++) {
      const introducer = (await bytes.view(at, 1)).getUint8(0)
      if (introducer === IMAGE) {
        frames += 1
        at += 11 + coloursBytes((await bytes.view(at + 9, 1)).getUint8(0))
      } else if (introducer === EXTENSION) at += 2
      else return { frames, whole: introducer === END }
      at = await passData(bytes, at)
    }
  } catch (error) {
    if (!(error instanceof OutOfSight)) throw error
  }
  return { frames, whole: false }
}

/** The place after a run of data blocks, each of which says its length in its first byte. */
async function passData(bytes: FileBytes, start: number): Promise<number> {
  let at = start
  for (;;) {
    const length = (await bytes.view(at, 1)).getUint8(0)
    at += 1 + length
    if (length === 0) return at
  }
}

function coloursBytes(flags: number): number {
  return flags & HAS_COLOURS ? 3 * 2 ** ((flags & 7) + 1) : 0
}
