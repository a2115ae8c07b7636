import { parserPool } from '../../../src/lib/pool/parser-pool.ts'
import { fileOf } from '../file-of.ts'

/** Prints the pids of its pool's processes; with `loop` it has an idle one and one that never ends its task. */
const pool = parserPool({ children: 2, deadlineMs: 600_000 }, { tasks: new URL('../tasks/', import.meta.url) })
const pidOf = async (): Promise<number> => (await pool.run<{ pid: number }>('echo', fileOf(Buffer.from('x')), {})).pid

if (process.argv[2] === 'loop') {
  const looping = Promise.withResolvers<void>()
  const [first, second] = await Promise.all([pidOf(), pidOf()])
  const file = fileOf(Buffer.from('x'), { onChunk: () => looping.resolve() })
  pool.run('hostile', file, { deed: 'loop' }).catch(() => undefined)
  await looping.promise
  // Once the other one has answered, the first has been in its loop for a while.
  const idle = await pidOf()
  console.log(JSON.stringify([...new Set([first, second, idle])]))
} else console.log(JSON.stringify([await pidOf()]))
