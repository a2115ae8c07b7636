import { DEFAULT_TIMING } from '../assets/timing.ts'
import { StowageError } from '../contracts/errors.ts'
import type { MetadataStore } from '../contracts/metadata.ts'
import { fieldSchema } from '../kinds/field-schema.ts'
import { audit } from '../lifecycle/audit/audit.ts'
import type { MaintenanceDeps } from '../lifecycle/audit/audit-run.ts'
import { copy } from '../lifecycle/copy/copy.ts'
import type { CopyOptions, CopyReport } from '../lifecycle/copy/report.ts'
import { createJobRunner } from '../lifecycle/job-runner.ts'
import { purgeHandlers } from '../lifecycle/purge.ts'
import { createSweeper } from '../lifecycle/sweeper.ts'
import { redactingLogger } from '../runtime/redacting-logger.ts'
import { allStorages } from '../storage/storage-of.ts'
import type { Stowage } from '../stowage.ts'
import { boundKinds } from './bound-kinds.ts'
import { need, openContainer } from './container.ts'
import { emitter } from './emitter.ts'
import { openAll } from './open-places.ts'
import type { StowageOptions } from './options.ts'
import { resolveStorages } from './storages.ts'
import { tokens } from './tokens.ts'

/** What an operator does with storage and database, beside the service or while it is down. */
export interface Maintenance extends Pick<Stowage, 'audit' | 'sweep' | 'close'> {
  readonly storage: Pick<Stowage['storage'], 'name'>
  /**
   * Copies objects from one of the storages to another, verified, and switches their rows where that is asked for. Safe while the service runs.
   * @throws StowageError `invalid_request` for options that can't be meant; what keeps every object from being copied
   */
  copy(options: CopyOptions): Promise<CopyReport>
}

/**
 * Opens storage and database for maintenance: no kinds are declared, so nothing of the schema or its indexes changes, and nothing runs
 * by itself. Kinds, policies and limits among the options are ignored: audits and sweeps go over every kind that the database holds.
 * @throws StowageError `unavailable` when either can't be used, they don't belong together, or the schema is not up to date
 */
export async function openMaintenance(options: StowageOptions): Promise<Maintenance> {
  const container = openContainer(options)
  const { storage, otherStorages } = resolveStorages(container)
  const metadata = need(container, tokens.metadata, 'metadata')
  const clock = container.resolve(tokens.clock)
  const logger = redactingLogger(container.resolve(tokens.logger))
  const random = container.resolve(tokens.random)
  await assertUpToDate(metadata)
  await openAll({ storage, otherStorages }, metadata, [])
  const emit = emitter(container.resolve(tokens.events), clock, logger)
  const timing = { ...DEFAULT_TIMING, ...options.timing }
  const deps: MaintenanceDeps = { clock, logger, random, storage, otherStorages, metadata, timing, emit }
  const runner = createJobRunner({ clock, logger, random, metadata, handlers: purgeHandlers(deps) })
  return {
    storage: { name: storage.name },
    audit: asked => audit(deps, asked),
    copy: asked => copy(deps, asked),
    async sweep(asked) {
      const kinds = (await metadata.listKinds()).map(name => ({ name }))
      return createSweeper(deps, kinds, runner).sweep(asked)
    },
    async close() {
      await runner.stop()
      await Promise.all([...allStorages(deps).map(async one => one.close?.()), metadata.close()])
    },
  }
}

async function assertUpToDate(metadata: MetadataStore): Promise<void> {
  const status = await metadata.migrationStatus?.()
  if (!status || status.pending.length === 0) return
  const why =
    status.version === 0
      ? 'There is no Stowage database here. Is its place right? A new one is made when the service starts, or by a migration.'
      : `The database has schema ${status.version} and ${status.pending.length} migrations to go: migrate it first.`
  throw new StowageError('unavailable', why, { retryable: false })
}

/**
 * Brings the database up to date as `createStowage` with the same options would, with the indexes that the declared fields need, and
 * closes it. Storage is not opened. Any number of processes may do so at once.
 * @throws StowageError `unavailable` when the database can't be used, `unsupported` when a newer Stowage made it
 */
export async function migrateMetadata(options: StowageOptions): Promise<void> {
  const container = openContainer(options)
  const metadata = need(container, tokens.metadata, 'metadata')
  try {
    await metadata.open(boundKinds(options, container.resolve(tokens.ids)).map(fieldSchema))
  } finally {
    await metadata.close()
  }
}
