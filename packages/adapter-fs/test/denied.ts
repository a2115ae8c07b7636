import { execFileSync } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { dirname } from 'node:path'

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

/** Takes this process's right to enter a folder away. The superuser, whom modes don't bind, becomes nobody for the while. */
export async function deny(folder: string): Promise<() => Promise<void>> {
  await chmod(folder, 0)
  if (isRoot) process.seteuid?.(NOBODY)
  return async () => {
    if (isRoot) process.seteuid?.(0)
    await chmod(folder, 0o700)
  }
}

/** Makes one file impossible to delete: for the superuser by a mount on it, otherwise by its folder's mode. */
export async function holdFile(path: string): Promise<() => Promise<void>> {
  if (isRoot) {
    execFileSync('mount', ['--bind', path, path])
    return async () => void execFileSync('umount', ['-l', path])
  }
  await chmod(dirname(path), 0o500)
  return () => chmod(dirname(path), 0o700)
}

export const canHoldFiles = !isRoot || mayMount()

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
