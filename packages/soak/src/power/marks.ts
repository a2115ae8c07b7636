/** What the recorded program says of itself. */
export type Mark =
  | { readonly step: number; readonly begins: 'upload'; readonly sha256: string }
  | { readonly step: number; readonly begins: 'replace'; readonly id: string; readonly sha256: string }
  | { readonly step: number; readonly begins: 'delete'; readonly id: string }
  | { readonly step: number; readonly did: 'upload' | 'replace'; readonly id: string; readonly sha256: string }
  | { readonly step: number; readonly did: 'delete'; readonly id: string }

/** What must be there after a crash at some moment. */
export interface Promises {
  /** By id: the digests that an asset may have. */
  readonly present: ReadonlyMap<string, ReadonlySet<string>>
  /** Ids that were acknowledged as deleted. */
  readonly gone: ReadonlySet<string>
}

/** Reads what was promised by marks that were made before the crash. */
export function promisesOf(marks: readonly Mark[]): Promises {
  const present = new Map<string, Set<string>>()
  const gone = new Set<string>()
  for (const mark of marks) {
    if ('did' in mark) {
      if (mark.did !== 'delete') present.set(mark.id, new Set([mark.sha256]))
      else gone.add(mark.id)
    } else if (mark.begins === 'replace') {
      present.get(mark.id)?.add(mark.sha256)
    } else if (mark.begins === 'delete') {
      // From here on it may be there or not.
      present.delete(mark.id)
    }
  }
  return { present, gone }
}
