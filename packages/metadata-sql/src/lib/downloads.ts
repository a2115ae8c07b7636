import type { Change } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import type { SqlDialect } from './dialect.ts'
import { type Fragment, sql } from './fragment.ts'
import { checkText } from './text.ts'
import type { WritePlan } from './write-plan.ts'

type AddDownloads = Extract<Change, { op: 'addDownloads' }>

/** One statement for all assets: their counters lie beside them, so that counting rewrites no record. */
export const addDownloads =
  (dialect: SqlDialect) =>
  (plan: WritePlan, { kind, downloads }: AddDownloads): void => {
    const pairs = downloads.map(({ assetId, by }) => [checkText(assetId, 'assetId'), checkAdded(by)])
    plan.add(sql`insert into asset_downloads (seq, downloads)
      select a.seq, d.number from ${dialect.pairs(JSON.stringify(pairs), 'd')} ${dialect.orderedJoin} assets a on a.id = d.name
      where a.kind = ${kind}
      on conflict (seq) do update set downloads = asset_downloads.downloads + excluded.downloads`)
  }

/** Ids and counters of those of the assets that have one. */
export const downloadsOf = (dialect: SqlDialect, kind: string, assetIds: readonly string[]): Fragment =>
  sql`select a.id, d.downloads from ${dialect.elements(sql`${JSON.stringify(assetIds)}`, 'e')}
    ${dialect.orderedJoin} assets a on a.id = e.value ${dialect.orderedJoin} asset_downloads d on d.seq = a.seq where a.kind = ${kind}`

/** For assets that were never downloaded, too. */
export function removeDownloads(plan: WritePlan, assetId: string): void {
  plan.add(sql`delete from asset_downloads where seq = (select seq from assets where id = ${assetId})`)
}

function checkAdded(by: number): number {
  if (Number.isSafeInteger(by) && by >= 0) return by
  throw new StowageError('unprocessable', 'downloads are added as a whole number from 0 to 2^53 - 1.')
}
