import type { StoredFile } from '@stowage/core/contracts'
import { aborted, unavailable } from './failures.ts'
import { memoryWatch } from './memory-watch.ts'
import { type Member, poolMembers } from './pool-members.ts'
import { type ParserPoolOptions, poolLimits } from './pool-options.ts'
import { residentMeter } from './resident.ts'
import { type Run, type RunTools, startRun } from './run.ts'
import type { ParserPool, TaskLimits } from './task.ts'

const MiB = 1024 * 1024
/** For starting a process, and for loading a task's code: long, since both only wait for the machine. */
const START_MS = 30_000
/** What the largest of the tasks here may use. */
const HEAP_MIB = 512

/** What only tests set. */
export interface ParserPoolParts {
  /** Folder of the tasks. */
  readonly tasks?: URL
  readonly startMs?: number
  /** Bound of JavaScript's heap in a child. */
  readonly heapMiB?: number
  readonly platform?: NodeJS.Platform
}

interface Waiting {
  readonly run: Run
  readonly give: (member: Member) => void
  readonly fail: (error: unknown) => void
}

/** Processes that are started when work comes, reused, and replaced when they were killed, used up, or grew. */
export function parserPool(options: ParserPoolOptions = {}, parts: ParserPoolParts = {}): ParserPool {
  const limits = poolLimits(options)
  const { clock } = limits
  const startMs = parts.startMs ?? START_MS
  const meter = residentMeter(parts.platform)
  const tools: RunTools = { clock, startMs, memory: meter && memoryWatch(clock, meter) }
  const tasks = parts.tasks ?? new URL('../tasks/', import.meta.url)
  const members = poolMembers({
    limits,
    tasks,
    startMs,
    heapMiB: parts.heapMiB ?? Math.max(HEAP_MIB, limits.memoryMiB),
    onFree: serve,
    onLost: refuse,
  })
  const queue: Waiting[] = []
  let closed: Promise<void> | null = null

  /** Work and free members find each other; what still waits has members started for it. */
  function serve(): void {
    for (let next = queue[0]; next; next = queue[0]) {
      const member = members.take(next.run)
      if (!member) {
        members.startFor(queue.length)
        return
      }
      queue.shift()
      next.give(member)
    }
  }

  /** A process that could not be started costs whoever waits longest: the others try again. */
  function refuse(error: unknown): void {
    queue.shift()?.fail(error)
    serve()
  }

  function memberFor(run: Run): Promise<Member> {
    const { signal } = run.file
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const at = queue.indexOf(waiting)
        if (at >= 0) queue.splice(at, 1)
        reject(aborted(run.task, signal))
      }
      const waiting: Waiting = {
        run,
        give: member => {
          signal.removeEventListener('abort', leave)
          resolve(member)
        },
        fail: error => {
          signal.removeEventListener('abort', leave)
          reject(error)
        },
      }
      signal.addEventListener('abort', leave)
      queue.push(waiting)
      serve()
    })
  }

  async function execute(run: Run): Promise<unknown> {
    if (run.file.signal.aborted) throw aborted(run.task, run.file.signal)
    if (closed) throw unavailable('The parsers are closed.')
    if (queue.length >= limits.waiting) throw unavailable(`More than ${limits.waiting} files wait for a parser already.`)
    const member = await memberFor(run)
    const running = startRun(member.child, member.nextId(), run, tools)
    member.running = running
    try {
      return await running.result
    } finally {
      members.giveBack(member)
    }
  }

  async function end(): Promise<void> {
    for (const waiting of queue.splice(0)) waiting.fail(unavailable('The parsers were closed.'))
    const { promise: tooLong, resolve } = Promise.withResolvers<void>()
    const cancel = clock.after(limits.closeMs, resolve)
    await Promise.race([members.quiet(), tooLong])
    cancel()
    await members.end(unavailable('The parsers were closed while the file was read.'))
  }

  return {
    run: <Result>(task: string, file: StoredFile, taskOptions: object, own: TaskLimits = {}) =>
      execute({ task, file, options: taskOptions, limits: limitsOf(file, own) }) as Promise<Result>,
    close: () => {
      closed ??= end()
      return closed
    },
  }

  function limitsOf(file: StoredFile, own: TaskLimits): Required<TaskLimits> {
    return {
      deadlineMs: own.deadlineMs ?? limits.deadlineMs,
      memoryMiB: own.memoryMiB ?? limits.memoryMiB,
      maxReadBytes: own.maxReadBytes ?? Math.max(64 * MiB, 4 * file.asset.sizeBytes),
    }
  }
}
