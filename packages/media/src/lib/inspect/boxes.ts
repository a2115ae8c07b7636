import { Unreadable } from '../pool/task.ts'
import { type FileBytes, textAt } from './file-bytes.ts'

/** A box of an ISO base media file; `at` is where its content begins. */
export interface Box {
  readonly type: string
  readonly at: number
  readonly end: number
}

const MAX_BOXES = 1024

/** The boxes between two places, in order; each ends within them. ISO/IEC 14496-12 §4.2 */
export async function boxesBetween(bytes: FileBytes, start: number, end: number, last?: string): Promise<Box[]> {
  const boxes: Box[] = []
  let at = start
  while (at + 8 <= end) {
    if (boxes.length === MAX_BOXES) throw damaged()
    const box = await boxAt(bytes, at, end)
    boxes.push(box)
    if (box.type === last) break
    at = box.end
  }
  return boxes
}

async function boxAt(bytes: FileBytes, at: number, end: number): Promise<Box> {
  const head = await bytes.view(at, 8)
  const type = textAt(head, 4, 4)
  const size = head.getUint32(0)
  // 0: to the end of what it is in; 1: the size stands behind the type, in eight bytes.
  if (size === 0) return { type, at: at + 8, end }
  const long = size === 1
  const whole = long ? Number((await bytes.view(at + 8, 8)).getBigUint64(0)) : size
  const headBytes = long ? 16 : 8
  if (whole < headBytes || at + whole > end) throw damaged()
  return { type, at: at + headBytes, end: at + whole }
}

function damaged() {
  return new Unreadable('The boxes of the picture are damaged.')
}
