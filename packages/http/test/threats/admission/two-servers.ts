import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Send, sendByHttp } from '../../transports.ts'
import { openLimited } from './limited-server.ts'

/** Two servers on one disk and database, the second one in a process of its own, which may be killed. */
export async function openTwo() {
  const root = await mkdtemp(join(tmpdir(), 'stowage-limited-'))
  const here = await openLimited(root)
  const program = join(import.meta.dirname, '../../programs/serve-limited.ts')
  const child = fork(program, [root], { execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const there: Send = (path, sent) => sendByHttp(port, path, sent)
  return {
    root,
    here,
    there,
    port,
    kill: () => killed(child),
    async close() {
      await killed(child)
      await here.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
