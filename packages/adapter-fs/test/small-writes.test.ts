import { randomBytes } from 'node:crypto'
import { isStowageError } from '@stowage/core/contracts'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fsStorage } from '../src/index.ts'
import { temporaryRoot } from './temporary-root.ts'

const read = async (storage: ReturnType<typeof fsStorage>, key: string): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await storage.get(key)).body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const newRoot = async () => {
  const place = await temporaryRoot()
  onTestFinished(place.remove)
  return place
}

describe('small files, many at once', () => {
  it('are each whole under their own key, in folders new and old, and leave no temporary file', async () => {
    const { root, leftovers } = await newRoot()
    const storage = fsStorage({ root })
    const files = Array.from({ length: 200 }, (_, i) => ({ key: `${i % 20}/${i % 7}/${i}`, bytes: randomBytes(i * 7) }))
    const infos = await Promise.all(files.map(({ key, bytes }) => storage.put(key, bytes, { createOnly: true })))
    expect(new Set(infos.map(info => info.etag)).size).toBe(200)
    for (const { key, bytes } of files) expect(await read(storage, key)).toEqual(bytes)
    expect(await storage.head('3/3/3')).toEqual(infos[3])
    expect(await leftovers()).toEqual([])
    await storage.close()
  })

  it('have one winner where they are created under one key', async () => {
    const storage = fsStorage({ root: (await newRoot()).root })
    const puts = Array.from({ length: 40 }, (_, i) => storage.put('a/b', Buffer.from([i]), { createOnly: true }))
    const settled = await Promise.allSettled(puts)
    const winner = settled.findIndex(({ status }) => status === 'fulfilled')
    const losers = settled.filter(result => result.status === 'rejected' && isStowageError(result.reason, 'already_exists'))
    expect(losers).toHaveLength(39)
    expect(await read(storage, 'a/b')).toEqual(Buffer.from([winner]))
    await storage.close()
  })

  it('survive the folder being removed for emptiness again and again', async () => {
    const storage = fsStorage({ root: (await newRoot()).root })
    const rounds = async (name: string): Promise<void> => {
      for (let round = 0; round < 40; round += 1) {
        await storage.put(`shared/${name}`, Buffer.from(`${name} ${round}`))
        expect((await read(storage, `shared/${name}`)).toString()).toBe(`${name} ${round}`)
        await storage.delete([`shared/${name}`])
      }
    }
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(rounds))
    expect((await storage.list()).objects).toEqual([])
    await storage.close()
  })

  it('that were begun are written before close resolves', async () => {
    const { root, leftovers } = await newRoot()
    const storage = fsStorage({ root })
    await storage.open()
    const puts = Array.from({ length: 20 }, (_, i) => storage.put(`${i}`, Buffer.from('x')))
    await Promise.all([Promise.allSettled(puts), new Promise(setImmediate).then(() => storage.close())])
    const done = (await Promise.allSettled(puts)).flatMap(({ status }, i) => (status === 'fulfilled' ? [`${i}`] : []))
    const reopened = fsStorage({ root })
    expect((await reopened.list()).objects.map(object => object.key)).toEqual(expect.arrayContaining(done))
    expect(await leftovers()).toEqual([])
    await reopened.close()
  })
})
