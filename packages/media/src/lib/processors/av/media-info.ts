import openLibrary, { type MediaInfo } from 'mediainfo.js'
import { type TaskFile, Unreadable } from '../../pool/task.ts'

/** One part of what the library says: of the whole (`General`), or of a stream (`Video`, `Audio`, …). */
export type Track = Readonly<Record<string, unknown>>

/** Tried in this order, until a duration is known: headers and an index of usual size; an index of many hours. */
const BUDGETS = [1024 * 1024, 24 * 1024 * 1024]
const CHUNK_BYTES = 64 * 1024
/** What each read costs of the budget beside its bytes, so that jumping back and forth ends too. */
const READ_COST = 1024

/** What MediaInfo finds in a file. It goes on to whole frames after the headers, so it is stopped by a budget of bytes. */
export async function mediaInfo(file: TaskFile): Promise<Track[]> {
  // An instance for each file: nothing of one is left for the next.
  const library = await openLibrary({ format: 'JSON' })
  try {
    let tracks: Track[] = []
    for (const budget of BUDGETS) {
      library.reset()
      const finished = await feed(library, file, budget)
      library.openBufferFinalize()
      tracks = tracksOf(library.inform())
      if (finished || tracks.some(track => track.Duration !== undefined)) break
    }
    return tracks
  } catch (error) {
    // The same bytes would do it again.
    if (error instanceof WebAssembly.RuntimeError) throw new Unreadable('The file is damaged: nothing in it can be read.')
    throw error
  } finally {
    library.close()
  }
}

/** False when the budget ended first. */
async function feed(library: MediaInfo<'JSON'>, file: TaskFile, budget: number): Promise<boolean> {
  library.openBufferInit(file.sizeBytes, 0)
  let offset = 0
  for (let left = budget; left > 0; ) {
    const chunk = await file.read(offset, Math.min(file.sizeBytes, offset + CHUNK_BYTES))
    if (chunk.length === 0) return true
    left -= chunk.length + READ_COST
    const done = library.openBufferContinue(chunk, chunk.length)
    const goTo = library.openBufferContinueGotoGet()
    if (goTo >= 0) {
      if (goTo >= file.sizeBytes) return true
      // -1 only moves the position; a library that said it was done has to be told anew.
      library.openBufferInit(done ? file.sizeBytes : -1, goTo)
      offset = goTo
    } else if (done) {
      return true
    } else {
      offset += chunk.length
    }
  }
  return false
}

function tracksOf(json: string): Track[] {
  const { media } = JSON.parse(json) as { media?: { track?: Track[] } | null }
  return media?.track ?? []
}
