import { spawn } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Frame, type FrameKind, frameOf, frameReader } from './frames.ts'
import { MAX_STDERR_BYTES } from './limits.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** V8 gave up: its own bound on JavaScript's heap was reached first. */
  readonly heapFull: boolean
}

export interface ChildListener {
  /** Largest payload of a kind that may come now; null: it may not. */
  maxBytes(kind: number): number | null
  onFrame(frame: Frame): void
  /** It doesn't keep to the protocol. */
  onBroken(): void
  onEnded(ended: Ended): void
}

/** One child: what it says goes to the listener that is set. */
export interface ChildProcess {
  readonly pid: number
  listener: ChildListener
  /** Killed, or ended by itself. */
  readonly gone: boolean
  /** Resolves once the bytes are handed to the system, or the child is gone. */
  send(kind: FrameKind, id: number, ...payload: readonly Uint8Array[]): Promise<void>
  kill(): void
  /** Whether this child holds up the end of the parent's process. */
  hold(yes: boolean): void
  /** Resolves when the process has ended; never rejects. */
  readonly ended: Promise<void>
}

export interface SpawnOptions {
  /** Folder of the tasks. */
  readonly tasks: URL
  /** Bound of JavaScript's heap. It is a second line: Buffers and native memory lie outside. */
  readonly heapMiB: number
  readonly listener: ChildListener
}

/** @throws Error where no process can be started */
export function spawnChild(options: SpawnOptions): ChildProcess {
  const child = spawn(process.execPath, argumentsOf(options), {
    // Nothing to read; nothing printed; errors of V8 itself; the protocol; a line that is only there to break.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: environment(),
    windowsHide: true,
  })
  child.on('error', ignore)
  if (child.pid === undefined) throw new Error('No process could be started')
  let heapFull = false
  let gone = false
  const { promise: ended, resolve: setEnded } = Promise.withResolvers<void>()
  const onEnded = (code: number | null, signal: NodeJS.Signals | null): void => {
    gone = true
    self.listener.onEnded({ code, signal, heapFull })
    setEnded()
  }
  const [, , stderr, line, life] = child.stdio as unknown as [null, null, Readable, Duplex, Duplex]
  for (const stream of [stderr, line, life]) stream.on('error', ignore)
  child.once('close', onEnded)
  listenForHeap(stderr, () => {
    heapFull = true
  })
  const self: ChildProcess = {
    pid: child.pid,
    listener: options.listener,
    ended,
    get gone() {
      return gone
    },
    send: (kind, id, ...payload) => write(line, frameOf(kind, id, ...payload)),
    kill() {
      gone = true
      line.destroy()
      child.kill('SIGKILL')
      // Who waits for its end must hear of it, although an idle child holds nobody.
      for (const one of [child, stderr, life] as unknown as Holding[]) one.ref()
    },
    hold(yes) {
      for (const one of [child, line] as unknown as Holding[]) yes ? one.ref() : one.unref()
    },
  }
  life.resume()
  for (const stream of [stderr, life] as unknown as Holding[]) stream.unref()
  const reader = frameReader(
    kind => self.listener.maxBytes(kind),
    frame => {
      self.listener.onFrame(frame)
      return !gone
    },
    () => self.listener.onBroken(),
  )
  line.on('data', (chunk: Uint8Array) => reader.push(chunk))
  return self
}

interface Holding {
  ref(): void
  unref(): void
}

// The child's end tells what happened; a pipe that breaks then says nothing more.
function ignore(): void {
  return
}

function argumentsOf(options: SpawnOptions): string[] {
  const source = import.meta.url.endsWith('.ts')
  const main = new URL(source ? '../child/main.ts' : '../child/main.js', import.meta.url)
  return [
    ...(source ? ['--conditions=@stowage/source'] : []),
    // No writing, no processes, no inspector, no internal bindings. Addons are sharp's; the one thread is the watcher's.
    '--permission',
    '--allow-fs-read=*',
    '--allow-addons',
    '--allow-worker',
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${options.heapMiB}`,
    // What V8 lets short-lived objects grow to stays resident: at its default a PDF's text costs 40 MB more, for no less time.
    '--max-semi-space-size=4',
    '--expose-gc',
    '--no-warnings',
    fileURLToPath(main),
    options.tasks.href,
  ]
}

/** Nothing of the parent's. Windows can't start a program without these two. */
function environment(): NodeJS.ProcessEnv {
  if (process.platform !== 'win32') return {}
  const { SystemRoot, windir } = process.env
  return { SystemRoot, windir }
}

function listenForHeap(stderr: Readable, onFull: () => void): void {
  let heard = 0
  let tail = ''
  stderr.on('data', (chunk: Uint8Array) => {
    heard += chunk.byteLength
    tail = tail.slice(-64) + Buffer.from(chunk).toString('latin1')
    if (tail.includes('heap out of memory')) onFull()
    // Who prints this much is not worth listening to: its next write fails.
    if (heard > MAX_STDERR_BYTES) stderr.destroy()
  })
}

function write(line: Duplex, parts: readonly Uint8Array[]): Promise<void> {
  return new Promise(resolve => {
    line.cork()
    for (const part of parts.slice(0, -1)) line.write(part)
    line.write(parts.at(-1), () => resolve())
    line.uncork()
  })
}
