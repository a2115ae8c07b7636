import type { Connection } from '../connection.ts'
import { AssetClientError } from '../error.ts'
import type { UploadOptions } from '../inputs.ts'
import { nameOf } from './send-file.ts'

/** An upload that was begun at the API: kept while its task lives, and in the store of the options where there is one. */
export interface Session {
  /** Path of this way's uploads. */
  readonly root: readonly string[]
  /** Null while none was begun. */
  readonly id: string | null
  /** Whether a later task can go on with it. */
  readonly lasts: boolean
  /** The one that was begun before, here or in an earlier page. */
  recall(): Promise<string | null>
  begun(id: string): Promise<void>
  forget(): Promise<void>
  /** Whoever sends the same file from now on may take it up. */
  leave(): void
  /** Best effort: what is left of it ends by itself. True where the API was reached. */
  giveUp(): Promise<boolean>
}

export interface SessionPlace {
  readonly connection: Connection
  readonly root: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** Keys of files that are on their way: one that is sent twice at once is two uploads. */
  readonly busy: Set<string>
  /** Called when there is one. */
  readonly onBegun: () => void
}

const GIVE_UP_MS = 10_000

export function openSession(place: SessionPlace, blob: Blob, options: UploadOptions): Session {
  const { connection, root, headers, busy, onBegun } = place
  const { resume } = options
  // What tells a file from others; other bytes have no time.
  const modified = blob instanceof File ? blob.lastModified : null
  const key = JSON.stringify(['stowage', connection.url(root), nameOf(blob, options), blob.size, modified])
  const store = modified === null || busy.has(key) ? undefined : resume
  if (store) busy.add(key)
  let id: string | null = null
  return {
    root,
    get id() {
      return id
    },
    lasts: store !== undefined,
    recall: async () => id ?? (await store?.getItem(key)) ?? null,
    begun: async begun => {
      id = begun
      onBegun()
      await store?.setItem(key, begun)
    },
    forget: async () => void (await store?.removeItem(key)),
    leave: () => void (store && busy.delete(key)),
    giveUp: async () => {
      if (id === null) return false
      const signal = AbortSignal.timeout(GIVE_UP_MS)
      try {
        await connection.ask({ method: 'DELETE', path: [...root, id], headers, signal })
        return true
      } catch (error) {
        return error instanceof AssetClientError && error.status > 0
      }
    },
  }
}
