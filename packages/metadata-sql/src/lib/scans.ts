import type { AssetSummary, BlobRecord, MeasuredUsage, MetadataScans } from '@stowage/core/contracts'
import type { Row } from './driver.ts'
import { allOf, type Fragment, raw, sql } from './fragment.ts'
import { DUE } from './job-claims.ts'
import { assets, blobs, decode, jobs, selectList, type Table } from './schema.ts'

type Scan = (fragment: Fragment, signal?: AbortSignal) => Promise<readonly Row[]>

const SUMMARY = ['id', 'kind', 'space', 'state', 'blobId', 'sizeBytes', 'sha256', 'updatedAt', 'createdAt'] as const
const summaries: Table<AssetSummary> = {
  ...assets,
  columns: assets.columns.filter(({ property }) => (SUMMARY as readonly string[]).includes(property)),
  empty: Object.fromEntries(SUMMARY.map(property => [property, null])),
}
const BOTH = raw(`${selectList(summaries, 'a')}, ${selectList(blobs, 'b')}`)

/** Reads that go through whole tables by their keys; both sides of a row come from one statement, and so from one moment. */
export function scans(scan: Scan): Omit<MetadataScans, 'migrationStatus'> {
  return {
    async scanAssets({ after = '', limit, signal }) {
      const statement = sql`select ${BOTH} from assets a left join blobs b on b.id = a.blob_id
        where a.id > ${after} order by a.id limit ${limit}`
      const rows = await scan(statement, signal)
      return rows.map(row => ({ asset: assetOf(row) as AssetSummary, blob: blobOf(row) }))
    },
    async scanBlobs({ storage, after = '', until, limit, signal }) {
      const where = [sql`b.storage = ${storage}`, sql`b."key" > ${after}`]
      if (until !== undefined) where.push(sql`b."key" <= ${until}`)
      const statement = sql`select ${BOTH} from blobs b left join assets a on a.id = b.asset_id
        where ${allOf(where)} order by b."key" limit ${limit}`
      const rows = await scan(statement, signal)
      return rows.map(row => ({ blob: blobOf(row) as BlobRecord, asset: assetOf(row) }))
    },
    async measureUsage({ after, limit, signal }) {
      const rows = await scan(measured(after ?? { kind: '', space: '' }, limit), signal)
      return rows.map(usageOf)
    },
    async listDueJobs(now, limit) {
      const statement = sql`select ${raw(selectList(jobs))} from jobs where ${DUE} <= ${now} and state <> 'failed' order by ${DUE}, id limit ${limit}`
      return (await scan(statement)).map(row => decode(jobs, row))
    },
    async listKinds() {
      return (await scan(raw('select name from kinds order by name'))).map(([name]) => String(name))
    },
  }
}

const assetOf = (row: Row): AssetSummary | null => (row[0] === null ? null : decode(summaries, row))

function blobOf(row: Row): BlobRecord | null {
  const own = row.slice(summaries.columns.length)
  return own[0] === null ? null : decode(blobs, own)
}

function measured(after: { readonly kind: string; readonly space: string }, limit: number): Fragment {
  const behind = sql`(kind, space) > (${after.kind}, ${after.space})`
  return sql`with spaces as (
      select kind, space from usage where ${behind}
      union select kind, space from assets where state = 'ready' and ${behind}
      order by kind, space limit ${limit})
    select s.kind, s.space, max(u.bytes), max(u.count), coalesce(sum(a.size_bytes), 0), count(a.id)
    from spaces s left join usage u on u.kind = s.kind and u.space = s.space
    left join assets a on a.kind = s.kind and a.space = s.space and a.state = 'ready'
    group by s.kind, s.space order by s.kind, s.space`
}

function usageOf([kind, space, bytes, count, actualBytes, actualCount]: Row): MeasuredUsage {
  return {
    kind: String(kind),
    space: String(space),
    recorded: { bytes: Number(bytes), count: Number(count) },
    actual: { bytes: Number(actualBytes), count: Number(actualCount) },
  }
}
