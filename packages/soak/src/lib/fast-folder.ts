import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'

/** Where files are kept while their syncs prove nothing: in memory, where the machine has such a folder. A killed process leaves it as it leaves a disk. */
export function fastFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}
