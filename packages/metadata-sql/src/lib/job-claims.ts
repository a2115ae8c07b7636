import type { MetadataStore } from '@stowage/core/contracts'
import { listOf } from './filter.ts'
import { allOf, type Fragment, join, raw, sql } from './fragment.ts'
import { jobs, selectList } from './schema.ts'

type ClaimOptions = Parameters<MetadataStore['claimJobs']>[0]

/** When a worker may take a job: the expression that the index over due jobs holds. */
export const DUE = raw("(case state when 'queued' then run_at when 'running' then lease_until end)")
const GIVEN_UP = 'The worker did not finish within its lease.'

const due = ({ types, now }: ClaimOptions): Fragment => allOf([sql`${DUE} <= ${now}`, sql`type in ${listOf(types)}`])

/** Whether there is anything to claim. */
export const anyDue = (options: ClaimOptions): Fragment => sql`select 1 from jobs where ${due(options)} limit 1`

/** Jobs without attempts left end as failed. */
export function failSpent(options: ClaimOptions): Fragment {
  return sql`update jobs set state = 'failed', lease_token = null, lease_until = null, last_error = coalesce(last_error, ${GIVEN_UP})
    where ${due(options)} and attempts >= max_attempts`
}

/** Leases the jobs that are due longest. */
export function claim(options: ClaimOptions, lock: Fragment): Fragment {
  const { now, leaseMs, leaseToken, limit } = options
  const chosen = sql`select id from jobs where ${due(options)} and attempts < max_attempts order by ${DUE}, id limit ${limit} ${lock}`
  const set = join(
    [
      raw("state = 'running'"),
      raw('attempts = attempts + 1'),
      sql`lease_token = ${leaseToken}`,
      sql`lease_until = ${now + leaseMs}`,
    ],
    ', ',
  )
  return sql`update jobs set ${set} where id in (${chosen}) returning ${raw(selectList(jobs))}`
}
