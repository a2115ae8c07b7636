import { Unreadable } from '../pool/task.ts'
import type { FileBytes } from './file-bytes.ts'
import type { PictureFacts } from './picture-facts.ts'

const ROOT_WITHIN_BYTES = 16 * 1024
const PIXELS: Readonly<Record<string, number>> = { px: 1, pt: 4 / 3, pc: 16, mm: 96 / 25.4, cm: 96 / 2.54, in: 96 }

/** Width and height of the root element where they are lengths, else the sides of its view box; null where it leaves them to the page. CSS Values 4 §6.2 */
export async function readSvg(bytes: FileBytes): Promise<PictureFacts | null> {
  const root = rootAttributes(new TextDecoder().decode(await bytes.head(ROOT_WITHIN_BYTES)))
  const width = pixels(root.get('width'))
  const height = pixels(root.get('height'))
  const [boxWidth, boxHeight] = viewBox(root.get('viewBox'))
  if (width && height) return rounded(width, height)
  if (!boxWidth || !boxHeight) return null
  if (width) return rounded(width, (width * boxHeight) / boxWidth)
  if (height) return rounded((height * boxWidth) / boxHeight, height)
  return rounded(boxWidth, boxHeight)
}

/** Passes over text once, from its beginning: no pattern here goes back further than one name or value. */
function rootAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  const pattern = /\s+([^\s=>/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y
  let end = rootStart(text)
  for (;;) {
    pattern.lastIndex = end
    const found = pattern.exec(text)
    if (!found) break
    const [whole, name = '', double, single] = found
    attributes.set(name, double ?? single ?? '')
    end += whole.length
  }
  if (!/^\s*\/?>/.test(text.slice(end))) throw noRoot()
  return attributes
}

function rootStart(text: string): number {
  let at = 0
  for (;;) {
    const open = text.indexOf('<', at)
    if (open === -1) throw noRoot()
    if (/^<svg(?=[\s/>])/i.test(text.slice(open, open + 5))) return open + 4
    const close = text.startsWith('<!--', open) ? text.indexOf('-->', open + 4) : text.indexOf('>', open)
    if (close === -1) throw noRoot()
    at = close + 1
  }
}

function pixels(length = ''): number | undefined {
  const [, number = '', unit = 'px'] = /^\s*\+?(\d{0,9}\.?\d{0,9}(?:e\d)?)(px|pt|pc|mm|cm|in)?\s*$/i.exec(length) ?? []
  return Number(number) * (PIXELS[unit.toLowerCase()] ?? 0) || undefined
}

function viewBox(value = ''): [number, number] {
  const [, , width = 0, height = 0] = value
    .trim()
    .split(/[\s,]+/, 4)
    .map(Number)
  return [width > 0 ? width : 0, height > 0 ? height : 0]
}

function rounded(width: number, height: number): PictureFacts {
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) }
}

function noRoot() {
  return new Unreadable('The SVG has no sound root element within its first 16 KiB.')
}
