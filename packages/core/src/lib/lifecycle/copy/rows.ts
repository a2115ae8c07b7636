import type { ScannedBlob } from '../../contracts/scan.ts'
import type { StorageAdapter } from '../../contracts/storage.ts'
import { add, type CopyRun, isCopy, nothing, PAGE, progressed } from './copy-run.ts'
import type { CopyReport } from './report.ts'

/** All rows of a storage, in the order of their keys. */
export async function* rowsIn({ deps, signal }: CopyRun, { name }: StorageAdapter): AsyncGenerator<ScannedBlob, void> {
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted()
    const rows = await deps.metadata.scanBlobs({
      storage: name,
      limit: PAGE,
      signal,
      ...(after === undefined ? {} : { after }),
    })
    yield* rows
    after = rows.at(-1)?.blob.key
    if (rows.length < PAGE || after === undefined) return
  }
}

/** What is to be copied: stored, and no copy itself. With the storage that it lies in. */
export async function* sources(run: CopyRun): AsyncGenerator<ScannedBlob & { readonly source: StorageAdapter }, void> {
  for (const source of run.from) {
    for await (const row of rowsIn(run, source)) if (row.blob.state === 'stored' && !isCopy(row.blob)) yield { ...row, source }
  }
}

export async function count(run: CopyRun): Promise<void> {
  for await (const { blob } of sources(run)) {
    add(run.counted, blob)
    run.done = run.counted
    if (run.counted.objects % PAGE === 0) progressed(run, 'count')
  }
  run.done = nothing()
}

/** What the rows still name the storages to copy from for. */
export async function stillThere(run: CopyRun): Promise<CopyReport['left']> {
  const left = { objects: 0, uploads: 0, removals: 0 }
  for (const source of run.from) {
    for await (const { blob } of rowsIn(run, source)) {
      if (isCopy(blob)) continue
      if (blob.state === 'stored') left.objects += 1
      else if (blob.state === 'writing') left.uploads += 1
      else left.removals += 1
    }
  }
  return left
}
