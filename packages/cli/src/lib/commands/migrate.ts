import { type MetadataStore, type MigrationStatus, migrateMetadata, tokens } from '@stowage/core'
import { parseOptions } from '../arguments.ts'
import type { CommandContext, Display, Outcome } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { MigrateResult } from '../output.ts'
import { type FoundOptions, findPlaces } from '../places.ts'

const UNKNOWN: MigrationStatus = { version: 0, pending: [] }

export async function migrateCommand(args: readonly string[], context: CommandContext, display: Display): Promise<Outcome> {
  const values = parseOptions(args, { 'dry-run': { type: 'boolean' } })
  const dryRun = values['dry-run'] ?? false
  const found = await findPlaces(values, context, { storage: false, newDatabase: true })
  const metadata = found.options.metadata ?? (found.options.container?.resolve(tokens.metadata) as MetadataStore)
  const { version, pending } = (await metadata.migrationStatus?.()) ?? UNKNOWN
  const result: MigrateResult = { dryRun, version, pending }
  for (const migration of pending) display.say(`${migration.version}  ${migration.name}`)
  if (dryRun) {
    display.say(pending.length === 0 ? 'Nothing to do.' : `${pending.length} to do, from schema ${version}. Nothing was changed.`)
    return { exitCode: pending.length === 0 ? exitCodes.clean : exitCodes.findings, result }
  }
  await migrate(found, metadata)
  display.say(pending.length === 0 ? 'Nothing to do.' : `Done: ${pending.length}, from schema ${version}.`)
  return { exitCode: exitCodes.clean, result }
}

/** Indexes are left alone where nobody says which are wanted. */
async function migrate({ options, declaresKinds }: FoundOptions, metadata: MetadataStore): Promise<void> {
  if (declaresKinds) return migrateMetadata({ ...options, metadata })
  try {
    await metadata.open([])
  } finally {
    await metadata.close()
  }
}
