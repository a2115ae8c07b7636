import type { Change } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { allOf, type Fragment, raw, sql } from './fragment.ts'
import { checkText } from './text.ts'
import type { WritePlan } from './write-plan.ts'

type AddUsage = Extract<Change, { op: 'addUsage' }>

/** A limit is asked only of what grows: giving back is never refused. */
export function addUsage(plan: WritePlan, change: AddUsage): void {
  const { kind, space, limit } = change
  checkText(kind, 'kind')
  checkText(space, 'space')
  plan.add(
    sql`insert into usage (kind, space, bytes, count) values (${kind}, ${space}, 0, 0) on conflict (kind, space) do nothing`,
  )
  const where = [sql`kind = ${kind}`, sql`space = ${space}`]
  where.push(...within('bytes', change.bytes, limit?.bytes), ...within('count', change.count, limit?.count))
  const set = sql`bytes = ${sum('bytes', change.bytes)}, count = ${sum('count', change.count)}`
  plan.add(sql`update usage set ${set} where ${allOf(where)}`, 'one', 'quota_exceeded')
}

export function recountUsage(plan: WritePlan, { kind, space }: Extract<Change, { op: 'recountUsage' }>): void {
  plan.add(sql`insert into usage (kind, space, bytes, count)
    select ${checkText(kind, 'kind')}, ${checkText(space, 'space')}, coalesce(sum(size_bytes), 0), count(*) from assets
    where kind = ${kind} and space = ${space} and state = 'ready'
    on conflict (kind, space) do update set bytes = excluded.bytes, count = excluded.count`)
}

function within(column: string, added: number, limit: number | undefined): Fragment[] {
  return limit === undefined || added <= 0 ? [] : [sql`${raw(column)} + ${added} <= ${limit}`]
}

function sum(column: string, added: number): Fragment {
  if (!Number.isSafeInteger(added)) throw new StowageError('unprocessable', `${column} is no whole number within ±(2^53 - 1).`)
  const total = sql`${raw(column)} + ${added}`
  return sql`case when ${total} < 0 then 0 else ${total} end`
}
