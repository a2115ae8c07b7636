import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'

type Call = (...args: never[]) => unknown
type Owner = Record<string, unknown>

/**
 * Lets this process die at the nth call of one kind, in whichever of its forms: promise, synchronous or by handle.
 * Storage need not be wrapped for it, so that it reaches the middle of what an adapter does.
 */
export async function strikeDisk(
  call: 'sync' | 'link' | 'rename' | 'unlink',
  when: 'before' | 'after',
  { nth, die }: { readonly nth: number; readonly die: () => unknown },
): Promise<void> {
  let seen = 0
  const isDue = (): boolean => {
    seen += 1
    return seen === nth
  }
  const strike = (owner: Owner, name: string, sync: boolean): void => {
    const real = owner[name]
    if (typeof real !== 'function') return
    owner[name] = function (this: unknown, ...args: never[]): unknown {
      if (!isDue()) return Reflect.apply(real as Call, this, args)
      if (when === 'before') return die()
      const result = Reflect.apply(real as Call, this, args)
      return sync ? die() : (result as Promise<unknown>).then(die)
    }
  }
  if (call === 'sync') {
    strike(await handlePrototype(), 'sync', false)
    for (const name of ['fsyncSync', 'fdatasyncSync']) strike(fs as unknown as Owner, name, true)
  } else {
    strike(fs.promises as unknown as Owner, call, false)
    strike(fs as unknown as Owner, `${call}Sync`, true)
  }
  syncBuiltinESMExports()
}

async function handlePrototype(): Promise<Owner> {
  const handle = await fs.promises.open(fileURLToPath(import.meta.url))
  try {
    return Object.getPrototypeOf(handle) as Owner
  } finally {
    await handle.close()
  }
}
