import fs from 'node:fs'
import { frameOf, frames } from '../../../src/lib/pool/frames.ts'
import { type Task, type TaskFile, Unreadable } from '../../../src/lib/pool/task.ts'
import { encodeValue } from '../../../src/lib/pool/values.ts'

export type Deed = keyof typeof deeds

/** Writes as fast as the parent takes it. */
function pour(fd: number, ...parts: readonly Uint8Array[]): never {
  const bytes = Buffer.concat(parts)
  for (let at = 0; ; ) {
    try {
      at = (at + fs.writeSync(fd, bytes, at)) % bytes.length
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

function say(...parts: readonly Uint8Array[]): Promise<never> {
  fs.writeSync(3, Buffer.concat(parts))
  return new Promise(() => undefined)
}

const numbers = (...values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer)
const asked = (id: number, start: number, end: number, credit: number): Uint8Array[] =>
  frameOf(frames.read, id, numbers(start, end, credit))

const deeds = {
  loop: async (file: TaskFile) => {
    await file.read(0, 1)
    for (;;);
  },
  never: () => new Promise(() => undefined),
  bufferBomb(): never {
    for (const held: Buffer[] = []; ; ) held.push(Buffer.alloc(4 * 1024 * 1024, 1))
  },
  heapBomb(): never {
    for (const held: object[] = []; ; ) held.push(new Array(100_000).fill(held.length))
  },
  abort: () => process.abort(),
  segv: () => {
    process.kill(process.pid, 'SIGSEGV')
    return new Promise(() => undefined)
  },
  exit: () => process.exit(3),
  strayRejection: () => {
    void Promise.reject(new Error('nobody listens'))
    return new Promise(() => undefined)
  },
  throws: () => Promise.reject(new TypeError('cannot read properties of the file')),
  unreadable: () => Promise.reject(new Unreadable('The file is\u0000 damaged\nat its end.')),
  notJson: async () => ({ found: new Map([['a', 1]]) }),
  notSmall: async () => ({ text: 'x'.repeat(5 * 1024 * 1024) }),
  nothing: async () => undefined,
  noise: () => pour(3, Buffer.alloc(65_536, 0xff)),
  floodOfReads: () => pour(3, ...Array.from({ length: 500 }, (_, id) => asked(id, 0, 1, 1)).flat()),
  floodOfWords: () => pour(3, ...frameOf(frames.stop, 1)),
  floodOfErrors: () => pour(2, Buffer.alloc(65_536, 'x')),
  hugeResult: () => say(Uint8Array.of(frames.result, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)),
  brokenResult: () => say(...frameOf(frames.result, 1, Buffer.from([2, 0, 0, 0, 0x7b, 0x5b]))),
  wrongResult: () => say(...frameOf(frames.result, 1, Buffer.from([200, 0, 0, 0, 0x7b, 0x7d]))),
  beyondTheEnd: () => say(...asked(1, 0, 2 ** 40, 100)),
  beyondTheCap: (file: TaskFile) => say(...asked(1, 0, file.sizeBytes, 9 * 1024 * 1024)),
  readsForEver: async (file: TaskFile) => {
    for (;;) await file.read(0, file.sizeBytes)
  },
  takesForEver: () => pour(3, ...frameOf(frames.took, 0, numbers(1024 * 1024))),
  takesNothing: () => pour(3, ...frameOf(frames.took, 0, numbers(0))),
  takesTooMuch: () => say(...frameOf(frames.took, 0, numbers(2 ** 40))),
  readsTooMuchAtOnce: async (file: TaskFile) => ({ bytes: (await file.read(0, 9 * 1024 * 1024)).length }),
  fakesReady: () => say(...frameOf(frames.result, 1, ...encodeValue({ pid: process.pid })), ...frameOf(frames.ready, 1)),
  speaksLater: async () => {
    setTimeout(() => fs.writeSync(3, Buffer.concat(asked(1, 0, 1, 1))), 20)
    return { pid: process.pid }
  },
} satisfies Record<string, (file: TaskFile) => unknown>

/** Does what no parser should. */
const hostile: Task<{ deed: Deed }, unknown> = async (file, { deed }) => deeds[deed](file)
export default hostile
