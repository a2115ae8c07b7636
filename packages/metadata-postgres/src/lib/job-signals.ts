import { clearTimeout, setTimeout } from 'node:timers'
import pg, { type Pool } from 'pg'
import { identifier } from './identifiers.ts'

const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 30_000

/** Tells the processes of a database that there are jobs. */
export interface JobSignals {
  /** Tells it once more, soon; calls that come while one is under way share the next. */
  announce(): void
  watch(wake: () => void): () => void
  close(): Promise<void>
}

/**
 * By `notify`, always after the commit: inside of it, the server would let only one such commit happen at a time. A process that dies
 * between the two is no loss, since jobs lie in their table and workers look there by themselves.
 * @param pool whose settings a connection of its own is made with, once somebody watches
 */
export function jobSignals(pool: () => Pool, schema: string): JobSignals {
  const channel = `${schema}_jobs`
  const watchers = new Set<() => void>()
  const listener = createListener(
    () => new pg.Client({ ...pool().options, pipeline: false, keepAlive: true }),
    channel,
    () => {
      for (const wake of watchers) wake()
    },
  )
  let sending: Promise<void> | undefined
  let again = false

  async function send(): Promise<void> {
    while (again) {
      again = false
      // Lost with the connection; workers find the jobs by looking.
      await pool()
        .query('select pg_notify($1, $2)', [channel, ''])
        .catch(() => undefined)
    }
    sending = undefined
  }

  return {
    announce() {
      again = true
      sending ??= send()
    },
    watch(wake) {
      watchers.add(wake)
      listener.start()
      return () => watchers.delete(wake)
    },
    async close() {
      watchers.clear()
      await sending
      await listener.close()
    },
  }
}

/** Holds one connection that listens, and makes it anew whenever it is lost. What came meanwhile is made up for by one call. */
function createListener(connect: () => pg.Client, channel: string, heard: () => void) {
  let client: pg.Client | undefined
  let retry: NodeJS.Timeout | undefined
  let state: 'idle' | 'started' | 'closed' = 'idle'
  let ready: Promise<void> = Promise.resolve()
  let waitMs = FIRST_RETRY_MS

  async function listen(): Promise<void> {
    const own = connect()
    client = own
    const lost = (): void => {
      if (client !== own) return
      client = undefined
      if (state !== 'started') return
      retry = setTimeout(() => {
        ready = listen()
      }, waitMs)
      retry.unref()
      waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)
    }
    own.on('error', lost)
    own.on('end', lost)
    own.on('notification', heard)
    try {
      await own.connect()
      await own.query(`listen ${identifier(channel)}`)
      waitMs = FIRST_RETRY_MS
      heard()
    } catch {
      // Out of reach: tried again, and workers look by themselves meanwhile.
      lost()
      await own.end().catch(() => undefined)
    }
  }

  return {
    start(): void {
      if (state !== 'idle') return
      state = 'started'
      ready = listen()
    },
    async close(): Promise<void> {
      state = 'closed'
      clearTimeout(retry)
      await ready
      await client?.end().catch(() => undefined)
    },
  }
}
