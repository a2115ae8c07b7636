import type { Transformer } from '@stowage/core/contracts'
import sharp from 'sharp'

/** Draws any text: each three of its bytes are the colour of a pixel. */
export const drawBytes: Transformer = {
  name: 'draw-bytes',
  accepts: contentType => contentType === 'text/plain',
  async transform(file, { format }) {
    const chunks: Uint8Array[] = []
    for await (const chunk of await file.open()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const width = Math.floor(bytes.length / 3)
    const raw = sharp(bytes.subarray(0, width * 3), { raw: { width, height: 1, channels: 3 } })
    return { body: await raw.toFormat(format).toBuffer(), contentType: `image/${format}`, width, height: 1 }
  },
}
