import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fsStorage } from '@stowage/adapter-fs'
import { type MetadataStore, type StorageAdapter, StowageError, type StowageOptions } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { configIn, loadConfig } from './config.ts'
import { UsageError } from './exit-codes.ts'

export interface PlaceOptions {
  readonly storage?: string | undefined
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
  const options: StowageOptions = {
    ...config,
    ...(storage !== undefined && needs.storage && { storage: storageAt(storage, around.folder) }),
    ...(database !== undefined && { metadata: databaseAt(database, around.folder, needs.newDatabase) }),
  }
  const registers = options.container !== undefined
  if (needs.storage && !options.storage && !registers) throw missing('storage', '--storage fs:./data/objects', 'STORAGE')
  if (!options.metadata && !registers) throw missing('database', '--database sqlite:./data/assets.db', 'DATABASE_URL')
  return { options, declaresKinds: config !== null }
}

/** `STORAGE=fs` alone is what the examples say: both lie in DATA_DIR. */
function environment({ STORAGE, DATABASE_URL, DATA_DIR }: Surroundings['env']): PlaceOptions {
  const inFolder = (prefix: string, name: string) => (DATA_DIR === undefined ? undefined : `${prefix}:${join(DATA_DIR, name)}`)
  return {
    storage: STORAGE && STORAGE !== 'fs' ? STORAGE : inFolder('fs', 'objects'),
    database: DATABASE_URL || inFolder('sqlite', 'assets.db'),
  }
}

function storageAt(text: string, folder: string): StorageAdapter {
  const path = pathIn(text, 'fs:', folder)
  if (path === null) throw new UsageError(`Storage ${text} is not known: it begins with fs:, or comes from a config file.`)
  // A mistyped path must not look like an empty storage.
  return fsStorage({ root: path, create: false })
}

function databaseAt(text: string, folder: string, mayBeNew: boolean): MetadataStore {
  const path = pathIn(text, 'sqlite:', folder)
  if (path === null) throw new UsageError(`Database ${text} is not known: it begins with sqlite:, or comes from a config file.`)
  if (!mayBeNew && !existsSync(path)) {
    throw new StowageError('unavailable', `There is no database ${path}. Is the path right?`, { retryable: false })
  }
  return sqliteMetadata({ file: path })
}

/** The path behind the prefix, in the folder; also of `fs:///a/b`. Null for another prefix. */
function pathIn(text: string, prefix: string, folder: string): string | null {
  if (!text.startsWith(prefix)) return null
  const rest = text.slice(prefix.length)
  if (rest === '') throw new UsageError(`${text} names no path.`)
  return rest.startsWith('//') ? fileURLToPath(`file:${rest}`) : resolve(folder, rest)
}

const missing = (what: string, flag: string, variable: string): UsageError =>
  new UsageError(`Which ${what}? Give ${flag}, set ${variable}, or write a stowage.config.ts.`)
