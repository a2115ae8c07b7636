import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

export type DiskCall = 'sync' | 'link' | 'rename' | 'unlink'
type Call = (...args: never[]) => unknown
type Owner = Record<string, unknown>

const CALLS: readonly DiskCall[] = ['sync', 'link', 'rename', 'unlink']
const SYNCHRONOUS: Readonly<Record<DiskCall, readonly string[]>> = {
  sync: ['fsyncSync', 'fdatasyncSync'],
  link: ['linkSync'],
  rename: ['renameSync'],
  unlink: ['unlinkSync'],
}
const SHARED = 'stowage.strike'

// What all threads look at: which call strikes (0: none, else its place in CALLS from 1), whether after it, how many were seen, which one dies.
const CALL = 0
const AFTER = 1
const SEEN = 2
const NTH = 3

/**
 * To be imported by every thread before anything else: from then on a process can die at the nth call of one kind, whichever of its
 * threads makes it and in whichever form: promise, synchronous or by handle. Storage need not be wrapped for it, so that it reaches the
 * middle of what an adapter does.
 */
export async function watchDisk(die: () => unknown): Promise<void> {
  const plan = sharedPlan()
  const owner = fs as unknown as Owner
  for (const call of CALLS) for (const name of SYNCHRONOUS[call]) strike(plan, owner, { call, name, sync: true, die })
  if (isMainThread) {
    strike(plan, await handlePrototype(), { call: 'sync', name: 'sync', sync: false, die })
    const promises = fs.promises as unknown as Owner
    for (const call of CALLS) if (call !== 'sync') strike(plan, promises, { call, name: call, sync: false, die })
  }
  syncBuiltinESMExports()
}

/** Lets the process die at the nth such call from now on. */
export function strikeDisk(call: DiskCall, when: 'before' | 'after', nth: number): void {
  const numbers = sharedPlan()
  Atomics.store(numbers, SEEN, 0)
  Atomics.store(numbers, NTH, nth)
  Atomics.store(numbers, AFTER, when === 'after' ? 1 : 0)
  Atomics.store(numbers, CALL, CALLS.indexOf(call) + 1)
}

/** Made by the main thread before any other begins. */
function sharedPlan(): Int32Array {
  const known = getEnvironmentData(SHARED) as Int32Array | undefined
  const numbers = known ?? new Int32Array(new SharedArrayBuffer(16))
  if (!known) setEnvironmentData(SHARED, numbers)
  return numbers
}

interface Watched {
  readonly call: DiskCall
  readonly name: string
  readonly sync: boolean
  readonly die: () => unknown
}

function strike(numbers: Int32Array, owner: Owner, { call, name, sync, die }: Watched): void {
  const real = owner[name] as Call
  const code = CALLS.indexOf(call) + 1
  const isDue = (): boolean =>
    Atomics.load(numbers, CALL as number) === code && Atomics.add(numbers, SEEN, 1) + 1 === Atomics.load(numbers, NTH as number)
  owner[name] = function (this: unknown, ...args: never[]): unknown {
    if (!isDue()) return Reflect.apply(real, this, args)
    if (Atomics.load(numbers, AFTER as number) === 0) return die()
    const result = Reflect.apply(real, this, args)
    return sync ? die() : (result as Promise<unknown>).then(die)
  }
}

async function handlePrototype(): Promise<Owner> {
  const handle = await fs.promises.open(fileURLToPath(import.meta.url))
  try {
    return Object.getPrototypeOf(handle) as Owner
  } finally {
    await handle.close()
  }
}
