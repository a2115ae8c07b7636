import type { Change, Reservation } from '@stowage/core/contracts'
import type { SqlDialect } from './dialect.ts'
import { allOf, type Fragment, join, raw, sql } from './fragment.ts'
import { encode, reservations } from './schema.ts'
import type { WritePlan } from './write-plan.ts'

type Of<Op extends Change['op']> = Extract<Change, { op: Op }>

const COLUMNS = reservations.columns.map(({ column }) => column)
const INTO = raw(`insert into reservations (${COLUMNS.join(', ')})`)
const REPLACED = raw(COLUMNS.map(column => `${column} = excluded.${column}`).join(', '))

/** What a reservation keeps nothing of, it is not refused for: that limit may have been passed before it was set. */
export const reserveUsage =
  (dialect: SqlDialect) =>
  (plan: WritePlan, { reservation, now, limit }: Of<'reserveUsage'>): void => {
    const turn = dialect.exclusive(JSON.stringify(['room', reservation.kind, reservation.space]))
    if (turn) plan.add(turn)
    const values = reservations.columns.map(column => sql`${encode(column, reservation[column.property as keyof Reservation])}`)
    const fits = (['bytes', 'count'] as const).flatMap(column => {
      const most = limit[column]
      return most === undefined || reservation[column] <= 0
        ? []
        : [sql`${taken(column, reservation, now)} + ${reservation[column]} <= ${most}`]
    })
    plan.add(
      sql`${INTO} select ${join(values, ', ')} where ${allOf(fits)} on conflict (id) do update set ${REPLACED}`,
      'one',
      'quota_exceeded',
    )
  }

export function releaseUsage(plan: WritePlan, { id }: Of<'releaseUsage'>): void {
  plan.add(sql`delete from reservations where id = ${id}`)
}

export function removeExpired(plan: WritePlan, { now }: Of<'removeExpired'>): void {
  plan.add(sql`delete from idempotency where expires_at <= ${now}`)
  plan.add(sql`delete from reservations where expires_at <= ${now}`)
}

/** What is used, and what others have reserved. */
function taken(column: 'bytes' | 'count', { id, kind, space }: Reservation, now: number): Fragment {
  const name = raw(column)
  const used = sql`coalesce((select ${name} from usage where kind = ${kind} and space = ${space}), 0)`
  const others = sql`kind = ${kind} and space = ${space} and expires_at > ${now} and id <> ${id}`
  return sql`${used} + coalesce((select sum(${name}) from reservations where ${others}), 0)`
}
