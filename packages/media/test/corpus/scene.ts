import sharp from 'sharp'

/** Colours of the four corners of every photo, as seen upright: what tells one orientation from another. */
export const CORNERS = { topLeft: '#d02020', topRight: '#20a040', bottomLeft: '#2040d0', bottomRight: '#e0c020' } as const

export interface Pixels {
  readonly data: Buffer
  readonly width: number
  readonly height: number
}

/** A landscape with grain, as a camera would see it, three to two. Each corner has its colour. */
export async function scene(width: number): Promise<Pixels> {
  const height = Math.round((width * 2) / 3)
  const drawn = await sharp(Buffer.from(landscape(width, height)))
    .removeAlpha()
    .raw()
    .toBuffer()
  return { data: grained(drawn), width, height }
}

function landscape(width: number, height: number): string {
  const patch = Math.round(width / 8)
  const corner = (colour: string, x: number, y: number): string =>
    `<rect x="${x}" y="${y}" width="${patch}" height="${patch}" fill="${colour}"/>`
  const hill = (colour: string, from: number, top: number): string =>
    `<path d="M0 ${height * from}Q${width * 0.3} ${height * top} ${width * 0.6} ${height * from}T${width} ${height * (from - 0.1)}V${height}H0Z" fill="${colour}"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="#4d86c6"/><stop offset="1" stop-color="#f3d9b1"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${width * 0.7}" cy="${height * 0.3}" r="${height * 0.09}" fill="#fff3c4"/>
    ${hill('#7f9c7a', 0.62, 0.4)}${hill('#56794f', 0.74, 0.55)}${hill('#2f4d33', 0.88, 0.72)}
    ${corner(CORNERS.topLeft, 0, 0)}${corner(CORNERS.topRight, width - patch, 0)}
    ${corner(CORNERS.bottomLeft, 0, height - patch)}${corner(CORNERS.bottomRight, width - patch, height - patch)}
  </svg>`
}

/** Noise from a fixed seed: the same file every time, and as large as a photo is. */
function grained(data: Buffer): Buffer {
  let seed = 42
  for (let index = 0; index < data.length; index++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0
    data[index] = Math.max(0, Math.min(255, (data[index] ?? 0) + (seed >> 28)))
  }
  return data
}
