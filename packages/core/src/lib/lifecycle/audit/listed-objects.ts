import type { ScannedBlob } from '../../contracts/scan.ts'
import type { ObjectInfo } from '../../contracts/storage.ts'
import { type AuditRun, PAGE, withSignal } from './audit-run.ts'

/** Objects that follow one another, and what the database says of the same stretch of keys. */
export interface Stretch {
  readonly objects: number
  /** Rows with the object of their key; null where the listing had none. */
  readonly rows: AsyncIterable<readonly (ScannedBlob & { readonly object: ObjectInfo | null })[]>
  /** Objects without a row; complete once `rows` has ended. */
  readonly rowless: ReadonlyMap<string, ObjectInfo>
}

/**
 * Goes through storage and database side by side, both in the order of keys: a page of the listing first, and only then the rows
 * of its stretch, so that whatever was listed had its row written before.
 */
export async function* stretches(run: AuditRun): AsyncGenerator<Stretch, void> {
  const { storage } = run
  let cursor: string | null = null
  let after: string | undefined
  do {
    run.signal?.throwIfAborted()
    const page = await storage.list({ limit: PAGE, ...(cursor === null ? {} : { cursor }), ...withSignal(run) })
    const objects = new Map(page.objects.map(object => [object.key, object]))
    const until = page.cursor === null ? undefined : page.objects.at(-1)?.key
    if (page.cursor === null || until !== undefined) {
      yield { objects: page.objects.length, rows: rowsOf(run, { after, until }, objects), rowless: objects }
      after = until
    }
    cursor = page.cursor
  } while (cursor !== null)
}

async function* rowsOf(
  run: AuditRun,
  range: { readonly after: string | undefined; readonly until: string | undefined },
  objects: Map<string, ObjectInfo>,
): AsyncGenerator<readonly (ScannedBlob & { readonly object: ObjectInfo | null })[], void> {
  const { storage, deps } = run
  const { until } = range
  for (let { after } = range; ; ) {
    run.signal?.throwIfAborted()
    const rows = await deps.metadata.scanBlobs({
      storage: storage.name,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
      ...(until === undefined ? {} : { until }),
      ...withSignal(run),
    })
    yield rows.map(row => {
      const object = objects.get(row.blob.key) ?? null
      objects.delete(row.blob.key)
      return { ...row, object }
    })
    after = rows.at(-1)?.blob.key
    if (rows.length < PAGE || after === undefined) return
  }
}
