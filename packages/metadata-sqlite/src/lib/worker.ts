import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openConnection } from './connection.ts'
import { executeGroup, executeRead } from './execute.ts'
import type { Reply, Request, ThreadData } from './protocol.ts'

const MAX_GROUP = 256

/** Thread that owns one connection: it runs what it is sent, and ends on `null`. */
function serve(port: NonNullable<typeof parentPort>, { role, connection: options }: ThreadData): void {
  const connection = openConnection(options)
  port.on('message', (first: Request | null) => {
    let next: Request | null | undefined = first
    while (next) {
      const group = [next]
      next = undefined
      // What came in while the last transaction ran goes into the next one together.
      while (role === 'writer' && group.length < MAX_GROUP) {
        next = (receiveMessageOnPort(port) as { message: Request | null } | undefined)?.message
        if (!next) break
        group.push(next)
        next = undefined
      }
      port.postMessage(answer(group))
    }
    if (next === undefined) return
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
