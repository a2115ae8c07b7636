import { existsSync } from 'node:fs'
import { type MetadataStore, StowageError } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { UsageError } from './exit-codes.ts'
import { optional } from './optional.ts'
import { pathIn } from './path-in.ts'

/** @throws UsageError for what names no database; StowageError `unavailable` where it has to be there and is not */
export async function databaseAt(text: string, folder: string, mayBeNew: boolean): Promise<MetadataStore> {
  if (/^postgres(ql)?:/.test(text)) {
    const { postgresMetadata } = await optional(text, '@stowage/metadata-postgres', () => import('@stowage/metadata-postgres'))
    return postgresMetadata({ url: text })
  }
  const path = pathIn(text, 'sqlite:', folder)
  if (path === null) {
    throw new UsageError(`Database ${text} is not known: it begins with sqlite: or postgres:, or comes from a config file.`)
  }
  if (!mayBeNew && !existsSync(path)) {
    throw new StowageError('unavailable', `There is no database ${path}. Is the path right?`, { retryable: false })
  }
  return sqliteMetadata({ file: path })
}
