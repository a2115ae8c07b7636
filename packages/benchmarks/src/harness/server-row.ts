import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { interleave, type Measurement } from './interleave.ts'
import { type ServerProcess, startServer } from './server-process.ts'

export interface RowOptions<Name extends string> {
  readonly script: URL
  readonly names: readonly Name[]
  readonly runs: number
  /** Folder for temporary data. */
  readonly folder: string
  readonly execArgv: readonly string[]
  /** Prepares what a server finds in its folder when it starts. */
  readonly prepare?: (name: Name, folder: string) => Promise<void>
  /** Called once per server, before it is measured. */
  readonly warmUp: (name: Name, server: ServerProcess, folder: string) => Promise<void>
  readonly run: (name: Name, server: ServerProcess, folder: string) => Promise<Measurement>
}

/**
 * Measures one row of a table: starts every contender in a process and a folder of its own, warms it up, and puts load on one after the
 * other, round by round. Afterwards all is stopped and removed.
 */
export async function measureRow<Name extends string>(options: RowOptions<Name>): Promise<Map<Name, Measurement[]>> {
  const { names, runs, warmUp, run } = options
  const data = await mkdtemp(join(options.folder, 'stowage-bench-'))
  const running = new Map<Name, ServerProcess>()
  try {
    for (const [index, name] of names.entries()) {
      const folder = join(data, String(index))
      await mkdir(folder)
      await options.prepare?.(name, folder)
      const server = await startServer(options.script, [name, folder], options.execArgv)
      running.set(name, server)
      await warmUp(name, server, folder)
    }
    return await interleave(names, runs, name =>
      run(name, running.get(name) as ServerProcess, join(data, String(names.indexOf(name)))),
    )
  } finally {
    await Promise.all([...running.values()].map(server => server.stop()))
    await rm(data, { recursive: true, force: true })
  }
}
