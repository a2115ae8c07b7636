import { databaseUrl, postgresServer } from '@stowage/servers'
import pg from 'pg'
import { onTestFinished } from 'vitest'

const server = await postgresServer()

/** Whether there is a server to test with. */
export const hasServer = server !== null

/** The URL of the shared database, in which each test has a schema of its own. */
export const sharedUrl = server?.url ?? ''

/** An SQL statement, run by a superuser. */
export async function runSql(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** A database that is gone once the test has ended. */
export async function ownDatabase(): Promise<string> {
  if (!server) throw new Error('There is no PostgreSQL.')
  const { url, name } = databaseUrl(server)
  await runSql(server.url, `create database ${name}`)
  onTestFinished(async () => {
    await runSql(server.url, `drop database ${name} with (force)`)
  })
  return url
}
