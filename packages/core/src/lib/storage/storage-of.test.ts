import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { openStowage, readAll } from '../../../test/open-stowage.ts'
import { createStowage } from '../composition/create-stowage.ts'
import { withName } from './with-name.ts'

/** A service whose three files lie in `fs`, opened again with new files going to another folder. */
async function moved({ known }: { readonly known: boolean }) {
  const { stowage, root, clock } = await openStowage()
  const old: (string | number)[] = []
  for (const text of ['a', 'b', 'c']) old.push((await stowage.trusted.upload({ body: Buffer.from(text) })).id)
  await stowage.close()
  const first = fsStorage({ root: join(root, 'objects'), clock })
  const second = withName(fsStorage({ root: join(root, 'second'), clock }), 'disk2')
  const logged: string[] = []
  const note = (message: string): void => void logged.push(message)
  const service = await createStowage({
    storage: second,
    ...(known && { otherStorages: [first] }),
    metadata: sqliteMetadata({ file: join(root, 'assets.db') }),
    logger: { debug: note, info: note, warn: note, error: note },
    clock,
    workers: false,
  })
  onTestFinished(() => service.close())
  return { service, old, first, second, clock, logged }
}

const textOf = async (stream: { readonly body?: AsyncIterable<Uint8Array> }) => String(await readAll(stream.body))

it('reads, audits and removes where a row says that its object lies, and writes to the one storage for new objects', async () => {
  const { service, old, first, second } = await moved({ known: true })
  const { id } = await service.trusted.upload({ body: Buffer.from('new') })
  const read = async (one: string | number) => textOf((await (await service.trusted.content({ id: one })).open()) as object)
  expect(await Promise.all([...old, id].map(read))).toEqual(['a', 'b', 'c', 'new'])
  expect((await second.list()).objects).toHaveLength(1)
  const [gone, replaced] = old
  await service.trusted.delete(gone ?? '')
  await service.trusted.replaceContent(replaced ?? '', { body: Buffer.from('again') })
  await service.sweep()
  expect(await read(replaced ?? '')).toBe('again')
  expect([(await first.list()).objects.length, (await second.list()).objects.length]).toEqual([2, 2])
  const { total, checked } = await service.audit({ verify: 'digest', graceMs: 0 })
  expect([total, checked.objects, checked.assets]).toEqual([0, 4, 3])
})

it('says which storage it does not have, and goes on with what is due elsewhere', async () => {
  const { service, old, logged, clock } = await moved({ known: false })
  const content = await service.trusted.content({ id: old[0] ?? '' })
  await expect(content.open()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('storage fs') })
  for (const id of old) await service.trusted.delete(id)
  const { id } = await service.trusted.upload({ body: Buffer.from('new') })
  await service.trusted.delete(id)
  expect(await service.sweep()).toMatchObject({ purgedObjects: 1, removedAssets: 1 })
  expect(logged.length).toBeGreaterThan(0)
  logged.length = 0
  await service.sweep()
  expect(logged).toEqual([])
  await clock.advance(15 * 60_000)
  expect((await service.sweep()).failures).toBeGreaterThan(0)
})

it('refuses two storages of one name, and one that is the place of another database', async () => {
  const { root } = await openStowage()
  const fs = (folder: string) => fsStorage({ root: join(root, folder) })
  const metadata = sqliteMetadata({ file: join(root, 'assets.db') })
  await expect(createStowage({ storage: fs('objects'), otherStorages: [fs('second')], metadata })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('named "fs"'),
  })
  expect(() => withName(fs('objects'), 'Disk 2')).toThrow(/is no name/)
  const first = await createStowage({ storage: fs('objects'), otherStorages: [withName(fs('second'), 'disk2')], metadata })
  await first.close()
  const again = { storage: fs('objects'), metadata: sqliteMetadata({ file: join(root, 'assets.db') }) }
  await expect(createStowage({ ...again, otherStorages: [withName(fs('third'), 'disk2')] })).rejects.toMatchObject({
    message: expect.stringContaining('storage disk2'),
  })
})
