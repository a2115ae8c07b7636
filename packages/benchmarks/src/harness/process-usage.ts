import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessUsage {
  /** User and system time since the process began. */
  readonly cpuSeconds: number
  /** Highest resident memory since the process began. */
  readonly peakBytes: number
  /** Resident memory now. */
  readonly residentBytes: number
}

/** What a running process has used so far, from outside. Linux only; CPU time has the grain of a clock tick, 10 ms as a rule. */
export function processUsage(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Fields 14 and 15; the command name before them is in brackets and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { cpuSeconds: ticks / ticksPerSecond(), peakBytes: bytes('VmHWM'), residentBytes: bytes('VmRSS') }
}

function ticksPerSecond(): number {
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
}
