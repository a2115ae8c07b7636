import { parserPool } from '../../../src/lib/pool/parser-pool.ts'
import { fileOf } from '../file-of.ts'

/** Prints the pids of its pool's processes; with `loop` it has an idle one and one that never ends its task. */
const pool = parserPool({ children: 2, deadlineMs: 600_000 }, { tasks: new URL('../tasks/', import.meta.url) })
const small = fileOf(Buffer.from('x'))
const pidOf = async (file = small): Promise<number> => (await pool.run<{ pid: number }>('echo', file, {})).pid

/** Each has a task while the other has one: a process that is quick may not do both. */
async function pidsOfBoth(): Promise<readonly number[]> {
  const both = Promise.withResolvers<void>()
  let begun = 0
  const open: typeof small.open = async range => {
    begun += 1
    if (begun === 2) both.resolve()
    await both.promise
    return small.open(range)
  }
  return Promise.all([1, 2].map(() => pidOf(fileOf(Buffer.from('x'), { open }))))
}

if (process.argv[2] === 'loop') {
  const looping = Promise.withResolvers<void>()
  const pids = await pidsOfBoth()
  const file = fileOf(Buffer.from('x'), { onChunk: () => looping.resolve() })
  pool.run('hostile', file, { deed: 'loop' }).catch(() => undefined)
  await looping.promise
  // Once the other one has answered, the first has been in its loop for a while.
  await pidOf()
  console.log(JSON.stringify(pids))
} else console.log(JSON.stringify([await pidOf()]))
