export { databaseUrl, postgresServer } from './lib/postgres-server.ts'
export { type S3Server, s3Server } from './lib/s3-server.ts'
export { type OwnPostgres, type PostgresServer, startPostgres } from './lib/start-postgres.ts'
