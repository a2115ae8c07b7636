import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Resident bytes of processes; those that are gone are left out. */
type ResidentOf = (pids: readonly number[]) => ReadonlyMap<number, number> | Promise<ReadonlyMap<number, number>>

export interface ResidentMeter {
  readonly read: ResidentOf
  readonly everyMs: number
}

/** What this system offers, and how often it is cheap to ask. Null on Windows, where only V8's own bound of its heap holds. */
export function residentMeter(platform: NodeJS.Platform = process.platform): ResidentMeter | null {
  if (platform === 'win32') return null
  return platform === 'linux' ? { read: fromProc, everyMs: 20 } : { read: fromPs, everyMs: 100 }
}

// Some 30 µs each, without a trip to the thread pool that busy disks may hold up.
const fromProc: ResidentOf = pids => {
  const found = new Map<number, number>()
  for (const pid of pids) {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(statusOf(pid))?.[1]
    if (kilobytes !== undefined) found.set(pid, Number(kilobytes) * 1024)
  }
  return found
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return ''
    throw error
  }
}

const fromPs: ResidentOf = pids =>
  new Promise((resolve, reject) => {
    execFile('ps', ['-o', 'pid=,rss=', '-p', pids.join()], (error, stdout) => {
      // Code 1: none of them is left.
      if (error && error.code !== 1) return reject(error)
      const rows = stdout.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)
      resolve(new Map(Array.from(rows, ([, pid, kilobytes]) => [Number(pid), Number(kilobytes) * 1024])))
    })
  })
