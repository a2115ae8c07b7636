import { setTimeout as pause } from 'node:timers/promises'
import type { MeasuredServer } from './measured-server.ts'

const SETTLE_WITHIN_MS = 60_000
/** What threads that a server starts when there is more to do have open: a loop, and a connection to the database. */
const SPARE_DESCRIPTORS = 32

export interface Expected {
  /** Descriptors of the server before. */
  readonly descriptors: readonly string[]
  /** Rows and objects that there must be. */
  readonly assets: number
  /** How long the end of the last connections may take. Default 60,000. */
  readonly withinMs?: number
}

/**
 * Waits until nobody's connections are left, then looks for what a server should not have kept: descriptors, temporary files, rows,
 * objects, usage; and for what it reported.
 * @returns how many descriptors it has
 * @throws Error with what there is
 */
export async function assertNothingLeft(
  server: MeasuredServer,
  { descriptors, assets, withinMs = SETTLE_WITHIN_MS }: Expected,
): Promise<number> {
  const isClean = async () => {
    const [links, files] = [await server.descriptors(), await server.files()]
    const sockets = count(links, isSocket) - count(descriptors, isSocket)
    const open = links.filter(link => /\(deleted\)$|\/\.stowage\/|\/objects\/./.test(link))
    const strays = files.filter(file => !file.endsWith('/.stowage/marker')).length - assets
    const grown = links.length - descriptors.length - SPARE_DESCRIPTORS
    if (sockets <= 0 && open.length === 0 && strays === 0 && grown <= 0) return null
    return {
      sockets,
      open: open.slice(0, 5),
      strays,
      descriptors: grown > 0 ? links.filter(link => !descriptors.includes(link)).slice(0, 50) : [],
    }
  }
  const until = performance.now() + withinMs
  for (let wrong = await isClean(); wrong !== null; wrong = await isClean()) {
    if (server.faults.length > 0) break
    if (performance.now() > until) throw new Error(`The server has kept: ${JSON.stringify(wrong)}`)
    await pause(50)
  }
  // The audit itself starts a thread.
  const open = (await server.descriptors()).length
  const { wrong, rows, objects } = await server.audit()
  if (wrong.length > 0 || rows !== assets || objects !== assets) {
    throw new Error(`There are ${rows} rows and ${objects} objects of ${assets}.\n${wrong.join('\n')}`)
  }
  if (server.faults.length > 0) throw new Error(`The server reports:\n${server.faults.slice(0, 10).join('\n')}`)
  return open
}

const isSocket = (link: string): boolean => link.startsWith('socket:')
const count = <T>(list: readonly T[], matches: (item: T) => boolean): number => list.filter(matches).length
