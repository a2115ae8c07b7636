import { type Ground, loadContext, recover } from './ground.ts'
import { load } from './load.ts'
import type { ServerProcess } from './server-process.ts'

const MAX_GROWTH_BYTES = 150 * 1024 * 1024

/**
 * Lets the last server live through load and stop as it should.
 * I7: it has as many files open afterwards as after its recovery, and little more memory.
 */
export async function survive(ground: Ground): Promise<void> {
  const { server } = ground
  await load(loadContext(ground), 5, 10)
  await recover(ground)
  const before = { files: filesOf(server), bytes: server.residentBytes() }
  await load(loadContext(ground), 5, 20)
  await recover(ground)
  const after = { files: filesOf(server), bytes: server.residentBytes() }
  if (after.files > before.files) throw new Error(`I7 ${after.files} files are open after load, ${before.files} before.`)
  if (after.bytes > before.bytes + MAX_GROWTH_BYTES)
    throw new Error(`I7 the server has ${after.bytes} bytes of memory after load, ${before.bytes} before.`)
  const ending = await server.stop()
  if (ending !== 'stopped') throw new Error(`The server did not stop but ${ending}:\n${server.errors()}`)
}

// Threads open the database when they are first needed.
const filesOf = (server: ServerProcess): number => server.openFiles().filter(path => !path.includes('assets.db')).length
