import type { UploadEntry } from './queue.ts'

/** Decoding more than this for a small square is not worth it. */
const MOST_BYTES = 30_000_000
const SHOWN = /^image\/(png|jpeg|gif|webp|avif|bmp)$/

/** Small pictures of files that are not uploaded yet. */
export interface Previews {
  /** URL for an `<img>`; null for what is no picture. */
  of(entry: UploadEntry): string | null
  /** It can't be shown: from now on there is none. */
  broken(entry: UploadEntry): void
  /** Lets go of all other entries' pictures. */
  keep(entries: readonly UploadEntry[]): void
}

export function createPreviews(): Previews {
  const urls = new Map<number, string>()
  const broken = new WeakSet<File>()
  return {
    of({ id, file }) {
      if (!SHOWN.test(file.type) || file.size > MOST_BYTES || broken.has(file)) return null
      const url = urls.get(id) ?? URL.createObjectURL(file)
      urls.set(id, url)
      return url
    },
    broken: ({ file }) => void broken.add(file),
    keep(entries) {
      for (const [id, url] of urls) {
        if (entries.some(entry => entry.id === id)) continue
        URL.revokeObjectURL(url)
        urls.delete(id)
      }
    },
  }
}
