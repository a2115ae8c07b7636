export { type SqliteMetadataOptions, sqliteMetadata } from './lib/sqlite-metadata.ts'
