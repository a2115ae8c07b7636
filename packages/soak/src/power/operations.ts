/** A file or folder, whatever its names. */
export interface Inode {
  readonly number: number
  readonly isFolder: boolean
}

interface Timed {
  /** Places in the log; see {@link SystemCall}. */
  readonly start: number
  readonly end: number
}

export type DataOperation = Timed & { readonly inode: Inode } & (
    | { readonly does: 'write'; readonly offset: number; readonly bytes: Buffer }
    | { readonly does: 'truncate'; readonly sizeBytes: number }
    | { readonly does: 'time'; readonly seconds: number }
  )

export interface EntryChange {
  readonly folder: Inode
  readonly name: string
  /** Null where the name is removed. */
  readonly inode: Inode | null
}

/** Names that change together: one, or the two of a rename. */
export interface NameOperation extends Timed {
  readonly does: 'name'
  readonly changes: readonly EntryChange[]
}

export interface SyncOperation extends Timed {
  readonly does: 'sync'
  readonly inode: Inode
}

export interface MarkOperation extends Timed {
  readonly does: 'mark'
  readonly text: string
}

export type Operation = DataOperation | NameOperation | SyncOperation | MarkOperation
