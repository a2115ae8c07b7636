import { defineKind, keyOf, ownerOnly } from '@stowage/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { chunked, openStowage, readAll } from '../../../../test/open-stowage.ts'

const kind = defineKind({
  name: 'drawing',
  fields: z.object({ project: z.string().regex(/^[a-z]+$/), floor: z.number().default(0) }),
  keys: ({ fields, id, filename }) => `${String(fields.project).toUpperCase()}/${fields.floor}/${id}_${filename}`,
  policy: ownerOnly(),
})
const alice = { id: 'alice' }
const bytes = Buffer.alloc(200_000, 'some bytes')

async function open() {
  const opened = await openStowage({ kinds: [kind] })
  const mine = opened.stowage.as(alice)
  const nothingElse = async () => {
    expect(await opened.metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    return opened.keys()
  }
  return { ...opened, mine, nothingElse }
}

describe('a readable key', () => {
  it('is the one that the asset was given, whenever its details came', async () => {
    const { mine, storage, nothingElse } = await open()
    const whole = { project: 'tower', floor: 3 }
    const ways = [
      { fields: whole, filename: 'ä plan.txt' },
      { fields: whole, filename: 'ä plan.txt', late: () => ({}) },
      { filename: 'ä plan.txt', late: () => ({ fields: whole }) },
      { fields: { floor: 3 }, late: () => ({ fields: { project: 'tower' }, filename: 'ä plan.txt' }) },
      { fields: { project: 'bridge' }, filename: 'x', late: () => ({ fields: whole, filename: 'ä plan.txt' }) },
    ]
    const keys: string[] = []
    for (const way of ways) {
      const asset = await mine.upload({ body: chunked(bytes), ...way })
      const key = `TOWER/3/${asset.id}_a-plan.txt`
      expect([keyOf(kind, asset), asset.fields]).toEqual([key, whole])
      expect((await readAll((await storage.get(key)).body)).equals(bytes)).toBe(true)
      expect((await readAll((await (await mine.content({ id: asset.id })).open()).body)).equals(bytes)).toBe(true)
      keys.push(key)
    }
    expect(await nothingElse()).toEqual(keys.sort())
  })

  it('has the defaults of fields that were not given', async () => {
    const { mine, nothingElse } = await open()
    const asset = await mine.upload({ body: bytes, filename: 'a.txt', late: () => ({ fields: { project: 'tower' } }) })
    expect(await nothingElse()).toEqual([`TOWER/0/${asset.id}_a.txt`])
  })

  it('leaves nothing of an upload whose details turn out to be wrong', async () => {
    const { mine, nothingElse } = await open()
    for (const fields of [{}, { project: '../x' }, { project: 'x'.repeat(2000) }]) {
      const refused = mine.upload({ body: chunked(bytes), filename: 'a.txt', late: () => ({ fields }) })
      await expect(refused).rejects.toThrow()
    }
    expect(await nothingElse()).toEqual([])
  })

  it.each(['get', 'put'] as const)('leaves nothing of an upload whose bytes can not be moved, since %s fails', async method => {
    let calls = 0
    const { stowage, keys, metadata } = await openStowage({
      kinds: [kind],
      wrapStorage: storage =>
        new Proxy(storage, {
          get(target, name) {
            const real = Reflect.get(target, name)
            if (name !== method) return typeof real === 'function' ? real.bind(target) : real
            return (...given: unknown[]) => {
              calls += 1
              if (method === 'put' && calls === 1) return real.apply(target, given)
              throw new Error('The disk is gone.')
            }
          },
        }),
    })
    const upload = stowage
      .as(alice)
      .upload({ body: chunked(bytes), filename: 'a', late: () => ({ fields: { project: 'tower' } }) })
    await expect(upload).rejects.toMatchObject({ cause: { message: 'The disk is gone.' } })
    expect(calls).toBe(method === 'put' ? 2 : 1)
    expect(await keys()).toEqual([])
    expect(await metadata.listDueBlobs(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
  })

  it('is not shown where there are no bytes, or no strategy', async () => {
    const { mine } = await open()
    const asset = await mine.upload({ body: bytes, filename: 'a.txt', fields: { project: 'tower' } })
    expect(keyOf(kind, { ...asset, sha256: null })).toBe(null)
    expect(keyOf(defineKind({ name: 'plain' }), asset)).toBe(null)
  })
})
