import { join } from 'node:path'
import type { StowageOptions } from '@stowage/core'
import { configIn, loadConfig } from './config.ts'
import { databaseAt } from './database-at.ts'
import { UsageError } from './exit-codes.ts'
import { storageAt } from './storage-at.ts'

export interface PlaceOptions {
  readonly storage?: string | undefined
  readonly 'other-storage'?: readonly string[] | undefined
  readonly database?: string | undefined
  readonly config?: string | undefined
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
}

/** Options of a Stowage, and whether they say which kinds it has. */
export interface FoundOptions {
  readonly options: StowageOptions
  readonly declaresKinds: boolean
}

/**
 * Finds storage and database: flags go before a config module, and that before the environment.
 * @throws UsageError where one of them is nowhere named
 */
export async function findPlaces(
  given: PlaceOptions,
  around: Surroundings,
  needs: { readonly storage: boolean; readonly newDatabase: boolean },
): Promise<FoundOptions> {
  const byFlags = given.database !== undefined && (given.storage !== undefined || !needs.storage)
  const file = given.config ?? (byFlags ? null : configIn(around.folder))
  const config = file === null ? null : await loadConfig(around.folder, file)
  const fromEnv: PlaceOptions = config ? {} : environment(around.env)
  const storage = given.storage ?? fromEnv.storage
  const database = given.database ?? fromEnv.database
  const others = given['other-storage']
  const options: StowageOptions = {
    ...config,
    ...(storage !== undefined && needs.storage && { storage: await storageAt(storage, around.folder) }),
    ...(others && needs.storage && { otherStorages: await Promise.all(others.map(text => storageAt(text, around.folder))) }),
    ...(database !== undefined && { metadata: await databaseAt(database, around.folder, needs.newDatabase) }),
  }
  const registers = options.container !== undefined
  if (needs.storage && !options.storage && !registers) throw missing('storage', '--storage fs:./data/objects', 'STORAGE')
  if (!options.metadata && !registers) throw missing('database', '--database sqlite:./data/assets.db', 'DATABASE_URL')
  return { options, declaresKinds: config !== null }
}

/** `STORAGE=fs` alone is what the examples say: both lie in DATA_DIR; `s3` and `gcs` name a bucket of their own. */
function environment({ STORAGE, DATABASE_URL, DATA_DIR, ...env }: Surroundings['env']): PlaceOptions {
  const inFolder = (prefix: string, name: string) => (DATA_DIR === undefined ? undefined : `${prefix}:${join(DATA_DIR, name)}`)
  const scheme = STORAGE === 's3' ? 's3' : STORAGE === 'gcs' ? 'gs' : null
  return {
    storage: scheme ? bucketOf(scheme, env) : STORAGE && STORAGE !== 'fs' ? STORAGE : inFolder('fs', 'objects'),
    database: DATABASE_URL || inFolder('sqlite', 'assets.db'),
  }
}

function bucketOf(scheme: string, { STORAGE_BUCKET, STORAGE_ENDPOINT, STORAGE_FLAVOR }: Surroundings['env']): string {
  if (!STORAGE_BUCKET) throw new UsageError('STORAGE names a cloud, and STORAGE_BUCKET no bucket in it.')
  const query = new URLSearchParams({
    ...(STORAGE_ENDPOINT && { endpoint: STORAGE_ENDPOINT }),
    ...(STORAGE_FLAVOR && { flavor: STORAGE_FLAVOR }),
  })
  return `${scheme}://${STORAGE_BUCKET}${query.size > 0 ? `?${query}` : ''}`
}

const missing = (what: string, flag: string, variable: string): UsageError =>
  new UsageError(`Which ${what}? Give ${flag}, set ${variable}, or write a stowage.config.ts.`)
