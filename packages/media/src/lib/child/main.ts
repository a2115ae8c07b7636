import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { frameOf, frameReader, frames } from '../pool/frames.ts'
import { MAX_RUN_BYTES } from '../pool/limits.ts'
import { closeDoors } from './close-doors.ts'
import { taskRunner, tidied } from './task-runner.ts'

/** The entry of a child: argument 1 is the folder of the tasks, as an URL. */
const [tasks = ''] = process.argv.slice(2)
const here = import.meta.url
const end = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

// A terminal's Ctrl-C, or a service manager's stop, reaches the whole group: the parent decides when its children end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

const parent = new Socket({ fd: 3, readable: true, writable: true })
parent.on('error', end)
parent.on('close', end)

// A parser that loops can't see that the parent is gone: a thread of its own can.
const watch = new URL(here.endsWith('.ts') ? './watch-parent.ts' : './watch-parent.js', here)
const watcher = new Worker(watch, { resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 } })
watcher.on('error', end)
watcher.once('online', () => {
  closeDoors()
  const runner = taskRunner(tasks, (kind, id, ...payload) => {
    for (const part of frameOf(kind, id, ...payload)) parent.write(part)
  })
  const reader = frameReader(
    () => MAX_RUN_BYTES,
    frame => {
      runner.onFrame(frame)
      return true
    },
    end,
  )
  parent.on('data', chunk => reader.push(chunk))
  for (const part of frameOf(frames.ready, 0, tidied())) parent.write(part)
})
