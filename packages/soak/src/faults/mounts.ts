import { execFileSync } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Why nothing can be mounted here; null where it can. */
export function whyNoMount(): string | null {
  if (process.platform !== 'linux') return 'only Linux has tmpfs'
  if (process.getuid?.() !== 0) return 'only root may mount'
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return null
  } catch {
    return 'mounting is not permitted'
  }
}

/** A small volume of its own. */
export interface Volume {
  /** Takes all the space that is left. */
  fill(): Promise<void>
  empty(): Promise<void>
  setReadOnly(readOnly: boolean): void
  /** Takes it away, even from those who use it. */
  unmount(): void
  /** Brings it back where it was, as it was. */
  mountAgain(): void
  remove(): Promise<void>
}

/** @param folder exists, and is empty @param aside an empty folder elsewhere, by which an unmounted volume is held */
export function mountVolume(folder: string, aside: string, sizeMiB: number): Volume {
  const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { stdio: 'pipe' })
  run('mount', '-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', folder)
  run('mount', '--bind', folder, aside)
  const filler = join(aside, 'filler')
  return {
    async fill() {
      const file = await open(filler, 'w')
      try {
        // The last page counts too.
        for (let bytes = 1024 * 1024; bytes >= 4096; bytes /= 4) await appendWhilePossible(file, Buffer.alloc(bytes))
      } finally {
        await file.close()
      }
    },
    empty: () => rm(filler, { force: true }),
    setReadOnly: readOnly => run('mount', '-o', `remount,bind,${readOnly ? 'ro' : 'rw'}`, folder),
    unmount: () => run('umount', '-l', folder),
    mountAgain: () => run('mount', '--bind', aside, folder),
    async remove() {
      for (const path of [folder, aside]) {
        try {
          run('umount', '-l', path)
        } catch {
          // It was unmounted already.
        }
      }
      await rm(filler, { force: true })
    },
  }
}

async function appendWhilePossible(file: Awaited<ReturnType<typeof open>>, bytes: Buffer): Promise<void> {
  for (;;) {
    try {
      const { bytesWritten } = await file.write(bytes)
      if (bytesWritten < bytes.byteLength) return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      return
    }
  }
}
