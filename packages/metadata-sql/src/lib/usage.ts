import type { Change } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { allOf, type Fragment, join, raw, sql } from './fragment.ts'
import { checkText } from './text.ts'
import type { WritePlan } from './write-plan.ts'

type AddUsage = Extract<Change, { op: 'addUsage' }>

/** A limit is asked only of what grows: giving back is never refused. */
export function addUsage(plan: WritePlan, change: AddUsage): void {
  const { kind, space, limit } = change
  checkText(kind, 'kind')
  checkText(space, 'space')
  const first = [kind, space, Math.max(0, change.bytes), Math.max(0, change.count)].map(value => sql`${value}`)
  const fits = [...within(0, change.bytes, limit?.bytes), ...within(0, change.count, limit?.count)]
  const stillFits = [...within('usage.bytes', change.bytes, limit?.bytes), ...within('usage.count', change.count, limit?.count)]
  const set = sql`bytes = ${sum('bytes', change.bytes)}, count = ${sum('count', change.count)}`
  plan.add(
    sql`insert into usage (kind, space, bytes, count) select ${join(first, ', ')} where ${allOf(fits)}
      on conflict (kind, space) do update set ${set} where ${allOf(stillFits)}`,
    'one',
    'quota_exceeded',
  )
}

export function recountUsage(plan: WritePlan, { kind, space }: Extract<Change, { op: 'recountUsage' }>): void {
  // First the row, so that the sums have all that others added to it.
  plan.add(sql`insert into usage (kind, space, bytes, count) values (${kind}, ${space}, 0, 0)
    on conflict (kind, space) do update set bytes = usage.bytes`)
  plan.add(sql`insert into usage (kind, space, bytes, count)
    select ${checkText(kind, 'kind')}, ${checkText(space, 'space')}, coalesce(sum(size_bytes), 0), count(*) from assets
    where kind = ${kind} and space = ${space} and state = 'ready'
    on conflict (kind, space) do update set bytes = excluded.bytes, count = excluded.count`)
}

function within(used: string | 0, added: number, limit: number | undefined): Fragment[] {
  return limit === undefined || added <= 0 ? [] : [sql`${raw(String(used))} + ${added} <= ${limit}`]
}

function sum(column: string, added: number): Fragment {
  if (!Number.isSafeInteger(added)) throw new StowageError('unprocessable', `${column} is no whole number within ±(2^53 - 1).`)
  const total = sql`usage.${raw(column)} + ${added}`
  return sql`case when ${total} < 0 then 0 else ${total} end`
}
