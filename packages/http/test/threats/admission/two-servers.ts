import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Send, sendByHttp } from '../../transports.ts'
import { openLimited } from './limited-server.ts'

/** Two servers on one disk and database, one of them in a process of its own, which may be killed. */
export async function openTwo() {
  const root = await mkdtemp(join(tmpdir(), 'stowage-limited-'))
  const here = await openLimited(root)
  const children: ChildProcess[] = []
  const forked = async (): Promise<{ readonly child: ChildProcess; readonly port: number }> => {
    const program = join(import.meta.dirname, 'programs', 'serve-limited.ts')
    const child = fork(program, [root], { execArgv: ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning'] })
    children.push(child)
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    return { child, port }
  }
  const { port } = await forked()
  const there: Send = (path, sent) => sendByHttp(port, path, sent)
  return {
    root,
    here,
    there,
    forked,
    async close() {
      await Promise.all(children.map(killed))
      await here.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
