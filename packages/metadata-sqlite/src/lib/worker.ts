import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openConnection } from './connection.ts'
import { executeGroup, executeRead } from './execute.ts'
import type { Reply, Request, ThreadData } from './protocol.ts'

const MAX_GROUP = 256
// While several callers commit at once, a group waits this long for more: less than the sync to disk that it saves them.
const GATHER_MS = 0.3

/** Thread that owns one connection: it runs what it is sent, and ends on `null`. */
function serve(port: NonNullable<typeof parentPort>, { role, connection: options }: ThreadData): void {
  const connection = openConnection(options)
  const stillness = new Int32Array(new SharedArrayBuffer(4))
  let lastGroup = 0
  port.on('message', (first: Request | null) => {
    const group = first === null ? [] : [first]
    let ends = first === null
    const drain = (): void => {
      while (!ends && group.length < MAX_GROUP) {
        const received: { message: Request | null } | undefined = receiveMessageOnPort(port)
        if (!received) return
        if (received.message === null) ends = true
        else group.push(received.message)
      }
    }
    if (role === 'writer') {
      // What came in while the last transaction ran goes into the next one together.
      drain()
      if (!ends && lastGroup > 1) {
        Atomics.wait(stillness, 0, 0, GATHER_MS)
        drain()
      }
      lastGroup = group.length
    }
    if (group.length > 0) port.postMessage(answer(group))
    if (!ends) return
    connection.close()
    port.close()
  })

  function answer(group: readonly Request[]): Reply {
    if (role === 'reader') return group.map(({ id, statements }) => [id, executeRead(connection, statements)])
    const outcomes = executeGroup(
      connection,
      group.map(({ statements }) => statements),
    )
    return group.flatMap(({ id }, i) => {
      const outcome = outcomes[i]
      return outcome ? [[id, outcome] as const] : []
    })
  }
}

if (parentPort) serve(parentPort, workerData as ThreadData)
