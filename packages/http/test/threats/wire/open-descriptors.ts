import { readdirSync, readlinkSync } from 'node:fs'

/** Sockets, and files below `folder`, that this process has open: server and clients of a test live in it both. */
export function openDescriptors(folder: string): string[] {
  const open = readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith(folder) || target.startsWith('socket:') ? [target.replace(/\d+/g, '#')] : []
    } catch {
      return [] // Closed since it was listed: the one that listed.
    }
  })
  return open.sort()
}
