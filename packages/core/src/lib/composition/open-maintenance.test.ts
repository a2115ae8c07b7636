import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fsStorage } from '@stowage/adapter-fs'
import { defineKind, everyone } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createStowage } from './create-stowage.ts'
import { migrateMetadata, openMaintenance } from './open-maintenance.ts'

const DAY = 86_400_000
const rules = { create: everyone, read: everyone, list: everyone, update: everyone, delete: everyone }
const kinds = ['file', 'photo'].map(name =>
  defineKind({ name, policy: { rules }, fields: z.object({ shelf: z.string().optional() }), indexes: ['shelf'] }),
)

async function folder() {
  const root = await mkdtemp(join(tmpdir(), 'stowage-maintenance-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const clock = fakeClock()
  const file = join(root, 'assets.db')
  const places = () => ({
    storage: fsStorage({ root: join(root, 'objects'), clock }),
    metadata: sqliteMetadata({ file }),
    clock,
    workers: false,
  })
  /** Tables and indexes, as they are in the file. */
  const schema = () => {
    const db = new DatabaseSync(file, { readOnly: true })
    const rows = db.prepare('select name, sql from sqlite_schema order by name').all()
    db.close()
    return rows
  }
  return { places, clock, schema, file }
}

test('maintenance sweeps and audits every kind, and changes neither kinds nor indexes', async () => {
  const { places, clock, schema } = await folder()
  const service = await createStowage({ ...places(), kinds })
  for (const { name } of kinds) {
    const assets = service.trusted.in({ kind: name })
    await assets.upload({ body: Buffer.from('kept') })
    await assets.delete((await assets.upload({ body: Buffer.from('deleted') })).id)
  }
  await service.close()
  const before = schema()
  expect(before.map(({ name }) => name)).toContain('assets_field_1_all_shelf')
  await clock.advance(DAY)
  const maintenance = await openMaintenance({ ...places(), kinds: [defineKind({ name: 'file' })] })
  onTestFinished(() => maintenance.close())
  expect((await maintenance.audit()).counts).toEqual({ overdue: 4 })
  expect(await maintenance.sweep()).toMatchObject({ purgedObjects: 2, removedAssets: 2, failures: 0 })
  const { total, checked } = await maintenance.audit({ verify: 'digest' })
  expect([total, checked.assets, checked.objects]).toEqual([0, 2, 2])
  expect(schema()).toEqual(before)
})

test('maintenance opens no database that is missing, or behind', async () => {
  const { places, clock, file } = await folder()
  await (await createStowage(places())).close()
  const older = new DatabaseSync(file)
  older.exec('delete from stowage_migrations')
  older.close()
  await expect(openMaintenance(places())).rejects.toMatchObject({ code: 'unavailable' })
  const { places: nowhere } = await folder()
  await expect(openMaintenance({ ...nowhere(), clock })).rejects.toThrow(/There is no Stowage database here/)
})

test('a migration makes what the declared fields need, twice at once too', async () => {
  const { places, schema } = await folder()
  const options = () => ({ ...places(), kinds })
  await Promise.all([migrateMetadata(options()), migrateMetadata(options())])
  expect(schema().map(({ name }) => name)).toContain('assets_field_2_space_shelf')
  expect(await places().metadata.migrationStatus?.()).toMatchObject({ pending: [] })
})
