import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Job, ThreadData } from './protocol.ts'
import { fileWriter } from './write-files.ts'

/** Thread that writes what it is sent, all that waits together, and ends on `null`. */
function serve(port: NonNullable<typeof parentPort>): void {
  const write = fileWriter(workerData as ThreadData)
  port.on('message', (first: readonly Job[] | null) => {
    const jobs: Job[] = []
    let ends = false
    for (let next: readonly Job[] | null | undefined = first; next !== undefined; next = received(port)) {
      if (next === null) ends = true
      else jobs.push(...next)
    }
    if (jobs.length > 0) port.postMessage(write(jobs))
    if (ends) port.close()
  })
}

function received(port: NonNullable<typeof parentPort>): readonly Job[] | null | undefined {
  const message: { message: readonly Job[] | null } | undefined = receiveMessageOnPort(port)
  return message?.message
}

if (parentPort) serve(parentPort)
