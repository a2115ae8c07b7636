import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const program = fileURLToPath(new URL('../programs/serve-tus.ts', import.meta.url))

/** A server in a process of its own, which can be killed and started again on the same files and port. */
export async function startTusProcess() {
  const root = await mkdtemp(join(tmpdir(), 'stowage-tus-'))
  let child: ChildProcess | null = null
  let port = 0
  let peakKib = 0
  const start = async (): Promise<void> => {
    child = fork(program, [root, String(port)], {
      execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning'],
    })
    const [told] = (await once(child, 'message')) as [{ port: number }]
    port = told.port
  }
  const measure = (): void => {
    const status = child?.pid === undefined ? '' : readFileSync(`/proc/${child.pid}/status`, 'utf8')
    peakKib = Math.max(peakKib, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
  }
  const kill = async (): Promise<void> => {
    measure()
    const gone = child && once(child, 'exit')
    child?.kill('SIGKILL')
    await gone
    child = null
  }
  onTestFinished(async () => {
    await kill()
    await rm(root, { recursive: true, force: true })
  })
  await start()
  return {
    get port() {
      return port
    },
    start,
    kill,
    /** The most memory that any of its processes had until now. */
    peakMib(): number {
      measure()
      return Math.round(peakKib / 1024)
    },
    /** What lies there. */
    async assets(): Promise<{ items: readonly object[] }> {
      const answer = await fetch(`http://127.0.0.1:${port}/files`, { headers: { authorization: 'Bearer alice' } })
      return (await answer.json()) as { items: object[] }
    },
  }
}
