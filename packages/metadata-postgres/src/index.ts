export { type PostgresMetadataOptions, postgresMetadata } from './lib/postgres-metadata.ts'
