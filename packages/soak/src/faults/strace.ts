import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Why system calls can't be made to fail on this machine; null where they can. */
export function whyNoStrace(): string | null {
  if (process.platform !== 'linux') return 'strace is a tool of Linux'
  try {
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' })
    try {
      execFileSync('timeout', ['-s', 'INT', '1', 'strace', '-o', '/dev/null', '-p', String(sleeper.pid)], { stdio: 'pipe' })
    } finally {
      sleeper.kill('SIGKILL')
    }
    return null
  } catch (error) {
    const { code, status, stderr } = error as { code?: string; status?: number; stderr?: Buffer }
    // Its time was up: it had attached.
    if (status === 124) return null
    return code === 'ENOENT' ? 'strace is not installed' : `strace can't attach: ${String(stderr).trim()}`
  }
}

export interface Injection {
  /** Names of system calls, such as `fsync,fdatasync`. */
  readonly calls: string
  /** What happens to them, in strace's words: `error=EIO`, `signal=SIGKILL:when=3`. */
  readonly what: string
  /** Only calls on this path. */
  readonly path?: string
}

/** Makes system calls of a running process, in all its threads, fail until `stop`. Counts are per thread. */
export async function inject(pid: number, { calls, what, path }: Injection): Promise<{ stop(): Promise<void> }> {
  const only = path === undefined ? [] : ['-P', path]
  const args = ['-f', '-p', String(pid), '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:${what}`, ...only]
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(tracer, 'exit')
  const said: string[] = []
  const attached = new Promise<void>(resolve => {
    createInterface(tracer.stderr).on('line', line => {
      said.push(line)
      if (line.includes(`Process ${pid} attached`)) resolve()
    })
  })
  await Promise.race([
    attached,
    ended.then(() => {
      throw new Error(`strace ended: ${said.join('\n')}`)
    }),
  ])
  return {
    async stop() {
      tracer.kill('SIGINT')
      await ended
    },
  }
}
