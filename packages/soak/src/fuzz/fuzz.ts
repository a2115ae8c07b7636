import { setTimeout as pause } from 'node:timers/promises'
import type { Soak } from '../lib/soak.ts'
import { type FuzzedServer, startServer } from './child.ts'
import type { Counts } from './lane.ts'
import { fuzz } from './run.ts'

const MiB = 1024 ** 2
const SETTLE_MS = 30_000
/** Longer than any upload, or the requests signed for it, lives. */
const UPLOADS_END_MS = 26 * 3_600_000
/** Folders that the storage keeps open, so that files below them are reached without looking names up again. */
const HELD_FOLDERS = 64

const soak: Soak = {
  summary: 'generated requests against a server of its own: no 5xx, no hang, no crash, nothing left behind',
  unit: 'requests',
  defaultCount: 1_000_000,
  async run({ seed, count, progress }) {
    const server = await startServer()
    try {
      // What a server opens at its first requests belongs to its baseline.
      await fuzz(server, { seed: seed + 1, count: 300, progress: () => undefined })
      const baseline = await settled(server)
      const before = await server.state()
      const counts = await fuzz(server, { seed, count, progress, expire: () => server.forward(UPLOADS_END_MS) })
      const after = await settled(server)
      const state = await server.state()
      assertClosed(baseline, after)
      const audit = await server.audit()
      if (audit.wrong.length > 0) throw new Error(`Left behind (seed ${seed}):\n${audit.wrong.join('\n')}`)
      if (server.faults.length > 0) throw new Error(`The server reports (seed ${seed}):\n${server.faults.join('\n')}`)
      return {
        ...figuresOf(counts),
        'rows and objects at the end': `${audit.rows} and ${audit.objects}`,
        'descriptors before and after': `${baseline.length} and ${after.length}`,
        'heap before and after (MiB)': `${Math.round(before.heapBytes / MiB)} and ${Math.round(state.heapBytes / MiB)}`,
        'memory before and after (MiB)': `${Math.round(before.rssBytes / MiB)} and ${Math.round(state.rssBytes / MiB)}`,
      }
    } finally {
      await server.remove()
    }
  },
}
export default soak

const isSocket = (link: string): boolean => link.startsWith('socket:')

/** The descriptors once no connection of a client is left. @throws Error when some stay */
async function settled(server: FuzzedServer): Promise<readonly string[]> {
  const until = performance.now() + SETTLE_MS
  let links = await server.descriptors()
  for (;;) {
    // What goes last are connections whose client has gone: both ends are seen within milliseconds, or never.
    await pause(100)
    const now = await server.descriptors()
    const quiet = now.length === links.length && now.filter(isSocket).length <= links.filter(isSocket).length
    links = now
    if (quiet || performance.now() > until) return links
  }
}

function assertClosed(before: readonly string[], after: readonly string[]): void {
  const sockets = after.filter(isSocket).length - before.filter(isSocket).length
  if (sockets > 0) throw new Error(`${sockets} sockets are still open.`)
  const fresh = after.filter(link => !before.includes(link))
  const files = fresh.filter(link => /\(deleted\)$|\.stowage\/tmp-/.test(link))
  if (files.length > 0) throw new Error(`Files are still open: ${files.slice(0, 5).join(', ')}`)
  if (after.length > before.length + HELD_FOLDERS) {
    throw new Error(`Descriptors grew from ${before.length} to ${after.length}, such as ${fresh.slice(0, 10).join(', ')}`)
  }
}

function figuresOf(counts: Counts): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)).filter(([, count]) => count > 0))
}
