import type { TaskFile } from '../../pool/task.ts'
import { adtsFrame, type FrameHeader, mpegAudioFrame } from './audio-frames.ts'
import { lastMatroskaTime } from './matroska-end.ts'
import type { Track } from './media-info.ts'

/** Of a longer file the rest is taken to be like this beginning. */
const WALKED_BYTES = 8 * 1024 * 1024
const MAX_LOST_BYTES = 64 * 1024

/** Seconds, for files that don't say: raw sound without an index, and films that were recorded live. Null: can't be told. */
export async function measuredDuration(file: TaskFile, tracks: readonly Track[]): Promise<number | null> {
  const format = tracks.find(track => track['@type'] === 'General')?.Format
  if (format === 'MPEG Audio') return walkFrames(file, mpegAudioFrame)
  if (format === 'ADTS') return walkFrames(file, adtsFrame)
  if (format === 'WebM' || format === 'Matroska') return lastMatroskaTime(file)
  return null
}

type FrameAt = (bytes: Uint8Array, at: number) => FrameHeader | null

/** Adds up the frames' lengths. Bytes that begin no frame are skipped: tags in front and behind. */
async function walkFrames(
  file: TaskFile,
  frameAt: (bytes: Uint8Array, at: number) => FrameHeader | null,
): Promise<number | null> {
  const limit = Math.min(file.sizeBytes, WALKED_BYTES)
  let seconds = 0
  let framed = 0
  let lost = 0
  let synced = false
  for (let start = 0; start < limit; ) {
    const bytes = await file.read(start, Math.min(limit, start + 1024 * 1024))
    let at = 0
    while (at < bytes.length) {
      if (bytes.length - at < 8 && start + bytes.length < limit) break
      const frame: FrameHeader | null = synced ? frameAt(bytes, at) : firstFrameAt(bytes, at, frameAt)
      synced = frame !== null
      if (frame) {
        seconds += frame.seconds
        framed += frame.sizeBytes
      } else if (framed > 0 && ++lost > MAX_LOST_BYTES) {
        return null
      }
      at += frame?.sizeBytes ?? 1
    }
    if (at === 0) break
    start += at
  }
  if (framed === 0) return null
  return Math.round(seconds * Math.max(1, limit < file.sizeBytes ? file.sizeBytes / limit : 1) * 1000) / 1000
}

/** Two in a row: one alone may be chance, as in the picture of a tag. */
function firstFrameAt(bytes: Uint8Array, at: number, frameAt: FrameAt): FrameHeader | null {
  const frame = frameAt(bytes, at)
  const next = at + (frame?.sizeBytes ?? 0)
  return next >= bytes.length || frameAt(bytes, next) ? frame : null
}
