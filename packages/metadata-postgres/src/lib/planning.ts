import type { Connection } from './run.ts'

/** How a connection's kept statements are planned. */
export interface Planning {
  /** For lists, of which one value has ten rows and another a million: each time anew. @returns whether statements may be kept for it */
  eachAnew(client: Connection): boolean
  /** For all else: as the database finds best, which soon is one plan for all values. */
  asItComes(client: Connection): void
}

/**
 * A list that is kept is parsed once; a plan for all values would read a million rows for some. Only connections of one's own are told so.
 * @see https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-PLAN-CACHE-MODE
 */
export function planning(enabled: boolean): Planning {
  const anew = new WeakSet<Connection>()
  const tell = (client: Connection, mode: 'force_custom_plan' | 'auto'): void => {
    // Sent ahead of the statement that wants it; where it fails the connection is lost, which that statement says.
    client.query(`set plan_cache_mode = ${mode}`).catch(() => undefined)
  }
  return {
    eachAnew(client) {
      if (!enabled || !client.pipeline) return false
      if (!anew.has(client)) tell(client, 'force_custom_plan')
      anew.add(client)
      return true
    },
    asItComes(client) {
      if (anew.delete(client)) tell(client, 'auto')
    },
  }
}
