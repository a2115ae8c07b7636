import { createHash } from 'node:crypto'

/** A background of its own for each prompt, dark enough for white text. SVG elements, made of numbers only. */
export function backdrop(prompt: string, width: number, height: number): string {
  const bytes = createHash('sha256').update(prompt).digest()
  const at = (index: number) => (bytes[index] ?? 0) / 255
  const hue = Math.round(at(0) * 360)
  const circles = [4, 8, 12].map(from => {
    const [x, y] = [Math.round(at(from) * width), Math.round(at(from + 1) * height)]
    const radius = Math.round((0.15 + 0.3 * at(from + 2)) * Math.max(width, height))
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="#fff" fill-opacity="0.05"/>`
  })
  return [
    '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">',
    `<stop offset="0" stop-color="hsl(${hue},48%,30%)"/>`,
    `<stop offset="1" stop-color="hsl(${(hue + 40 + Math.round(at(1) * 60)) % 360},52%,18%)"/>`,
    '</linearGradient></defs>',
    `<rect width="${width}" height="${height}" fill="url(#g)"/>`,
    ...circles,
  ].join('')
}
