import type { StorageAdapter } from '@stowage/core/contracts'
import { expect, it } from 'vitest'
import { chunked, openStowage, readAll } from '../../../test/open-stowage.ts'
import { ownerOnly } from '../policy/ready-made.ts'

/** Notes the name of each method that is called. */
function counting(storage: StorageAdapter, calls: string[]): StorageAdapter {
  return new Proxy(storage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        calls.push(String(name))
        return value.apply(target, args)
      }
    },
  })
}

it('storing a file is one put, and reading it one get: no other round trip to the storage', async () => {
  const calls: string[] = []
  const { stowage } = await openStowage({ policy: ownerOnly(), wrapStorage: storage => counting(storage, calls) })
  const assets = stowage.as({ id: 'alice' })
  const bytes = Buffer.alloc(16_384, 7)
  for (const body of [bytes, chunked(bytes, 5000)]) {
    calls.length = 0
    const { id } = await assets.upload({ body, filename: 'a.bin' })
    expect(calls).toEqual(['put'])
    calls.length = 0
    expect((await readAll((await (await assets.content({ id })).open()).body)).equals(bytes)).toBe(true)
    expect(calls).toEqual(['get'])
  }
})
