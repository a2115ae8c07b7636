import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openConnection } from './connection.ts'
import { executeGroup, executeRead } from './execute.ts'
import type { BatchStatement, Parcel, Reply, SentStatement, ThreadData } from './protocol.ts'

const MAX_GROUP = 256
// While several callers commit at once, a group waits this long for more: less than the sync to disk that it saves them.
const GATHER_MS = 0.3

interface Batch {
  readonly id: number
  readonly statements: readonly BatchStatement[]
}

/** Thread that owns one connection: it runs what it is sent, and ends on `null`. */
function serve(port: NonNullable<typeof parentPort>, { role, connection: options }: ThreadData): void {
  const connection = openConnection(options)
  const stillness = new Int32Array(new SharedArrayBuffer(4))
  const texts: string[] = []
  let lastGroup = 0
  port.on('message', (first: Parcel | null) => {
    const group: Batch[] = []
    let ends = false
    const take = (parcel: Parcel | null): void => {
      if (parcel === null) {
        ends = true
        return
      }
      texts.push(...parcel.texts)
      for (const { id, statements } of parcel.requests) group.push({ id, statements: statements.map(spelledOut) })
    }
    const drain = (): void => {
      while (!ends && group.length < MAX_GROUP) {
        const received: { message: Parcel | null } | undefined = receiveMessageOnPort(port)
        if (!received) return
        take(received.message)
      }
    }
    take(first)
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

  function spelledOut([text, parameters, mode]: SentStatement): BatchStatement {
    return [typeof text === 'string' ? text : (texts[text] ?? ''), parameters, mode]
  }

  function answer(group: readonly Batch[]): Reply {
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
