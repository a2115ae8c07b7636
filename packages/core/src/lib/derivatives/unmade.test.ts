import { describe, expect, it } from 'vitest'
import { HOUR, held, open, rows, sweepAll, thumbOf, upload } from '../../../test/pictures.ts'
import { sharpTransformer } from '../../../test/sharp-transformer.ts'
import { StowageError } from '../contracts/errors.ts'
import type { MetadataStore } from '../contracts/metadata.ts'
import type { StorageAdapter } from '../contracts/storage.ts'
import type { TransformedPicture, Transformer } from '../contracts/transformer.ts'

describe('a derivative that can not be made', () => {
  const failing = (error: () => Error | TransformedPicture): Transformer & { tries: number } => ({
    ...sharpTransformer(),
    tries: 0,
    async transform() {
      this.tries += 1
      const outcome = error()
      if (outcome instanceof Error) throw outcome
      return outcome
    },
  })
  const big = { body: new Uint8Array(33 * 1024 * 1024), contentType: 'image/webp', width: 1, height: 1 }

  it.each([
    ['a file that can not be read', () => new StowageError('unprocessable', 'no picture'), 'unprocessable'],
    ['a pool that is away', () => new StowageError('unavailable', 'no child'), 'unavailable'],
    ['an error of its own', () => new TypeError('oops'), undefined],
    ['another format than was asked for', () => ({ ...big, body: new Uint8Array(1), contentType: 'text/html' }), 'internal'],
    ['too large a picture', () => big, 'internal'],
    ['an empty picture', () => ({ ...big, body: new Uint8Array(0) }), 'invalid_request'],
  ])('because of %s leaves nothing', async (_what, error, code) => {
    const world = await open({ transformer: failing(error) })
    const asset = await upload(world)
    const refused = expect(thumbOf(world, asset)).rejects
    await (code === undefined ? refused.toThrow('oops') : refused.toMatchObject({ code }))
    expect([(await rows(world, asset)).length, (await world.keys()).length]).toEqual([1, 1])
  })

  it('is not tried again for a while, unless waiting can help', async () => {
    const transformer = failing(() => new StowageError('unprocessable', 'no picture'))
    const world = await open({ transformer })
    const asset = await upload(world)
    for (let i = 0; i < 5; i++) await expect(thumbOf(world, asset)).rejects.toMatchObject({ message: 'no picture' })
    expect(transformer.tries).toBe(1)
    await world.clock.advance(HOUR)
    await expect(thumbOf(world, asset)).rejects.toMatchObject({ message: 'no picture' })
    expect(transformer.tries).toBe(2)
  })

  it('within a minute is given up', async () => {
    const world = await open({ transformer: { ...sharpTransformer(), transform: () => new Promise(() => undefined) } })
    const asset = await upload(world)
    const asked = expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'timeout', retryable: true })
    await expect.poll(async () => (await rows(world, asset)).length).toBe(2)
    await world.clock.advance(61_000)
    await asked
    expect(await rows(world, asset)).toHaveLength(1)
  })

  it('because the server ends leaves nothing', async () => {
    const transformer = held()
    const world = await open({ transformer })
    const asset = await upload(world)
    const asked = expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'unavailable' })
    await transformer.begun
    await world.stowage.close()
    await asked
    const again = await open({ at: world.root })
    expect(await rows(again, asset)).toHaveLength(1)
    expect(await again.keys()).toHaveLength(1)
  })

  it.each(['before', 'after'] as const)(
    'because storage fails %s it is written leaves nothing, and the next try succeeds',
    async when => {
      const faults = { on: false }
      const wrapStorage = (storage: StorageAdapter): StorageAdapter =>
        Object.assign(Object.create(storage) as StorageAdapter, {
          put: async (...args: Parameters<StorageAdapter['put']>) => {
            if (faults.on && when === 'before') throw new StowageError('unavailable', 'no storage')
            const info = await storage.put(...args)
            if (faults.on) throw new StowageError('unavailable', 'no answer')
            return info
          },
        })
      const world = await open({ wrapStorage })
      const asset = await upload(world)
      faults.on = true
      await expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'unavailable' })
      faults.on = false
      expect((await thumbOf(world, asset)).bytes.byteLength).toBeGreaterThan(0)
      await sweepAll(world)
      expect([(await rows(world, asset)).length, (await world.keys()).length]).toEqual([2, 2])
      expect(await world.stowage.audit()).toMatchObject({ counts: {} })
    },
  )

  it.each(['before', 'after'] as const)('because the database fails %s the last commit is whole or not there', async when => {
    const faults = { on: false }
    const wrapMetadata = (metadata: MetadataStore): MetadataStore =>
      Object.assign(Object.create(metadata) as MetadataStore, {
        commit: async (changes: Parameters<MetadataStore['commit']>[0]) => {
          const last = faults.on && changes.some(change => change.op === 'updateBlob' && change.set.state === 'stored')
          if (last) faults.on = false
          if (last && when === 'before') throw new StowageError('unavailable', 'no database')
          await metadata.commit(changes)
          if (last) throw new StowageError('unavailable', 'no answer')
        },
      })
    const world = await open({ wrapMetadata: bound(wrapMetadata) })
    const asset = await upload(world)
    faults.on = true
    if (when === 'before') await expect(thumbOf(world, asset)).rejects.toMatchObject({ code: 'unavailable' })
    expect((await thumbOf(world, asset)).bytes.byteLength).toBeGreaterThan(0)
    await sweepAll(world)
    expect([(await rows(world, asset)).length, (await world.keys()).length]).toEqual([2, 2])
    expect(world.made).toHaveLength(when === 'before' ? 2 : 1)
  })
})

/** Lets a wrapper inherit from an object whose methods need their own `this`. */
function bound<T extends object>(wrap: (inner: T) => T): (inner: T) => T {
  return inner =>
    wrap(
      new Proxy(inner, {
        get(of, name) {
          const member: unknown = Reflect.get(of, name)
          return typeof member === 'function' ? member.bind(of) : member
        },
      }),
    )
}
