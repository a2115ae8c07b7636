import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryRoot {
  /** A folder that nobody else uses. */
  readonly folder: string
  /** Does not exist yet. */
  readonly root: string
  /** Everything below `.stowage` that is not there in a storage at rest. */
  leftovers(): Promise<string[]>
  remove(): Promise<void>
}

export async function temporaryRoot(): Promise<TemporaryRoot> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-fs-'))
  const root = join(folder, 'root')
  return {
    folder,
    root,
    async leftovers() {
      const names = await readdir(join(root, '.stowage'), { recursive: true })
      return names.filter(name => !/^(marker|uploads|tmp-[0-9a-f]{32})$/.test(name))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** File descriptors of this process that lead to regular files and folders below `folder`. */
export async function openBelow(folder: string): Promise<number> {
  const { readlinkSync } = await import('node:fs')
  const fds = await readdir('/proc/self/fd')
  return fds.filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false // Closed since it was listed: the one that listed.
    }
  }).length
}
