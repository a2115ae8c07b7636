import type { Connection } from '../connection.ts'
import type { UploadOptions, UploadSource } from '../inputs.ts'
import { createEvents } from './events.ts'
import { createPauses } from './pauses.ts'
import { progressOf } from './progress.ts'
import { toBlob } from './send-file.ts'
import { sendSomehow } from './send-somehow.ts'
import type { UploadState, UploadTask, UploadWay } from './upload-task.ts'

export interface UploadPlace {
  readonly connection: Connection
  /** Ways that the API was found not to offer, or whose storage cannot be reached from here. */
  readonly absent: Set<UploadWay>
  /** Files that are on their way, and may be taken up later. */
  readonly busy: Set<string>
  /** False where nobody asks how far it is: a fetch of the options then does. */
  readonly isWatched: boolean
}

/** Starts an upload and steers it; how bytes are sent is the matter of its ways. */
export function startUpload(place: UploadPlace, source: UploadSource, options: UploadOptions): UploadTask {
  const blob = toBlob(source)
  const total = blob === null ? null : blob.size
  const { tell, on } = createEvents()
  const own = new AbortController()
  const signal = options.signal ? AbortSignal.any([own.signal, options.signal]) : own.signal
  const pauses = createPauses(signal, () => tell('paused', progress))
  let ended: UploadState | null = null
  let way: UploadWay | null = null
  let progress = progressOf(0, total)
  let furthest = -1
  let hasFailed = false
  on('retry', () => {
    hasFailed = true
  })
  const onSent = (loaded: number) => {
    // What is sent again has been told of already; but that anything is.
    if (loaded <= furthest && !hasFailed) return
    hasFailed = false
    furthest = Math.max(loaded, furthest)
    progress = progressOf(furthest, total)
    tell('progress', progress)
  }
  const onWay = (next: UploadWay) => {
    if (way === next) return
    way = next
    tell('way', way)
  }
  const finish = async () => {
    // Whoever started it can listen first.
    await null
    try {
      const asset = await sendSomehow({ ...place, source, blob, options, signal, pauses, onSent, onWay, tell })
      if (total !== null) onSent(total)
      ended = 'done'
      tell('done', asset)
      return asset
    } catch (error) {
      ended = signal.aborted ? 'aborted' : 'failed'
      tell('error', error)
      throw error
    }
  }
  if (options.onProgress) on('progress', options.onProgress)
  const done = finish()
  // Whoever listens to `error` knows.
  done.catch(() => undefined)
  return {
    done,
    get state() {
      return ended ?? (pauses.isPaused ? 'paused' : 'running')
    },
    get progress() {
      return progress
    },
    get way() {
      return way
    },
    pause() {
      if (ended || signal.aborted || pauses.isPaused || !blob) return false
      pauses.pause()
      return true
    },
    resume: pauses.resume,
    abort: reason => own.abort(reason),
    on,
  }
}
