import { Socket } from 'node:net'
import { type FrameReader, frameOf, frameReader, frames } from '../pool/frames.ts'
import { MAX_RUN_BYTES } from '../pool/limits.ts'
import { closeDoors } from './close-doors.ts'
import { taskRunner, tidied } from './task-runner.ts'
import { watchParent } from './watch-parent.ts'

/** The entry of a child: argument 1 is the folder of the tasks, as an URL. */
const [tasks = ''] = process.argv.slice(2)
const end = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

// A terminal's Ctrl-C, or a service manager's stop, reaches the whole group: the parent decides when its children end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

// One buffer for all that arrives: frames are copied out of it at once.
const RECEIVED_BYTES = 256 * 1024
let reader: FrameReader | null = null
const onread = {
  buffer: Buffer.allocUnsafeSlow(RECEIVED_BYTES),
  callback: (bytes: number, received: Uint8Array) => {
    reader?.push(received.subarray(0, bytes))
    return true
  },
}
const parent = new Socket({ fd: 3, readable: true, writable: true, onread })
parent.on('error', end)
parent.on('close', end)

watchParent(() => {
  closeDoors()
  const runner = taskRunner(tasks, (kind, id, ...payload) => {
    for (const part of frameOf(kind, id, ...payload)) parent.write(part)
  })
  reader = frameReader(
    () => MAX_RUN_BYTES,
    frame => {
      runner.onFrame(frame)
      return true
    },
    end,
  )
  parent.resume()
  for (const part of frameOf(frames.ready, 0, tidied())) parent.write(part)
})
