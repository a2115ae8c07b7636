import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { auditFolder } from '../src/kill/audit-folder.ts'

async function storedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-audit-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const stowage = await createStowage({
    storage: fsStorage({ root: join(folder, 'objects') }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db'), threads: false }),
    workers: false,
  })
  for (const name of ['a', 'b']) await stowage.trusted.upload({ body: Buffer.from(`bytes of ${name}`), filename: name })
  await stowage.close()
  return folder
}

function change(folder: string, sql: string): void {
  const db = new DatabaseSync(join(folder, 'assets.db'))
  db.exec(sql)
  db.close()
}

async function objectsOf(folder: string): Promise<string[]> {
  const root = join(folder, 'objects')
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile() && !entry.parentPath.includes('.stowage')).map(e => join(e.parentPath, e.name))
}

test('a folder in which rows and files agree has nothing wrong', async () => {
  expect(await auditFolder(await storedFolder())).toEqual([])
})

test.each([
  ['I1', 'a missing object', async (objects: string[]) => rm(objects[0] ?? '')],
  ['I1', 'an object with other bytes', async (objects: string[]) => writeFile(objects[0] ?? '', 'bytes of c')],
  ['I1', 'objects that were exchanged', async ([a = '', b = '']: string[]) => exchange(a, b)],
  ['I3', 'a file without a row', async ([a = '']: string[]) => writeFile(`${a}-more`, 'x')],
] as const)('%s: %s is found', async (row, _what, damage) => {
  const folder = await storedFolder()
  await damage(await objectsOf(folder))
  expect((await auditFolder(folder)).map(line => line.slice(0, 2))).toContain(row)
})

async function exchange(a: string, b: string): Promise<void> {
  await rename(a, `${a}-aside`)
  await rename(b, a)
  await rename(`${a}-aside`, b)
}

test.each([
  ['I1', "update assets set blob_id = 'another'"],
  ['I3', 'delete from blobs'],
  ['I5', "update assets set state = 'uploading'"],
  ['I5', "update blobs set state = 'condemned'"],
  ['I5', 'delete from assets'],
  ['I5', "insert into reservations select 'r', kind, '', 1, 1, 0 from usage"],
  ['I5', "insert into idempotency select 's', 'k', 'token', null, 0"],
  ['I6', 'update usage set bytes = bytes + 1'],
  ['I6', 'update usage set count = 0'],
])('%s: rows after "%s" are found', async (row, sql) => {
  const folder = await storedFolder()
  change(folder, sql)
  expect((await auditFolder(folder)).map(line => line.slice(0, 2))).toContain(row)
})

test('I3: a temporary file and an unfinished upload are found', async () => {
  const folder = await storedFolder()
  const reserved = join(folder, 'objects/.stowage')
  const [work = ''] = (await readdir(reserved)).filter(name => name.startsWith('tmp-'))
  await writeFile(join(reserved, work, 'half'), 'half')
  await writeFile(join(reserved, 'uploads', 'left'), 'part')
  expect(await auditFolder(folder)).toHaveLength(2)
})
