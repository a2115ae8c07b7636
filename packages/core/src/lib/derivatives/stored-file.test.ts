import { readFile, truncate } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { openStowage } from '../../../test/open-stowage.ts'
import { processor, TEXT, text } from '../../../test/processors.ts'
import type { StoredFile } from '../contracts/processor.ts'
import type { StorageAdapter } from '../contracts/storage.ts'
import { ownerOnly } from '../policy/ready-made.ts'

/** Processes an upload of "one two three" with `look`. */
async function processed(
  look: (file: StoredFile) => Promise<unknown>,
  options: { readonly wrapStorage?: (storage: StorageAdapter) => StorageAdapter } = {},
) {
  const looker = processor(async file => {
    await look(file)
    return null
  })
  const { stowage } = await openStowage({ policy: ownerOnly(), processors: [looker], ...options })
  const { id } = await stowage.as({ id: 'alice' }).upload({ body: text('one two three'), ...TEXT, filename: 'a.txt' })
  await stowage.sweep()
  return (await stowage.as({ id: 'alice' }).get({ id })).processing
}

it('a file on a local disk is also offered as an open file', async () => {
  const seen: unknown[] = []
  const outcome = await processed(async ({ localFile }) => {
    const file = await localFile?.()
    seen.push(file?.info.sizeBytes, file && (await readFile(file.path, 'utf8')))
    await file?.handle.close()
  })
  expect([outcome, ...seen]).toEqual(['done', 13, 'one two three'])
})

it('a local file of another size than its record is not offered, and not left open', async () => {
  let path = ''
  let closed = 0
  const wrapStorage = (storage: StorageAdapter): StorageAdapter => ({
    ...storage,
    async localFile(key) {
      const file = (await storage.localFile?.(key)) ?? null
      if (!file) return null
      path = file.path
      const close = async (): Promise<void> => {
        closed++
        await file.handle.close()
      }
      return { ...file, handle: { fd: file.handle.fd, read: file.handle.read.bind(file.handle), close } }
    },
  })
  const seen: unknown[] = []
  const outcome = await processed(
    async ({ localFile }) => {
      await (await localFile?.())?.handle.close()
      await truncate(path, 5)
      seen.push(await localFile?.())
    },
    { wrapStorage },
  )
  expect([outcome, closed, ...seen]).toEqual(['done', 2, null])
})

it('a storage without local files offers none', async () => {
  const seen: unknown[] = []
  const wrapStorage = ({ localFile: _, ...storage }: StorageAdapter): StorageAdapter => ({
    ...storage,
    capabilities: { ...storage.capabilities, localFile: false },
  })
  const outcome = await processed(async file => seen.push('localFile' in file), { wrapStorage })
  expect([outcome, ...seen]).toEqual(['done', false])
})
