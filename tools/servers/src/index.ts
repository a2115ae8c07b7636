export { databaseUrl, postgresServer } from './lib/postgres-server.ts'
export { type S3Server, s3Server } from './lib/s3-server.ts'
export type { PostgresServer } from './lib/start-postgres.ts'
