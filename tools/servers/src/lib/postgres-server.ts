import { randomBytes } from 'node:crypto'
import { type PostgresServer, startPostgres } from './start-postgres.ts'

/** Address of the process that shares one server among all tests of a run. */
const SHARED = 'STOWAGE_TEST_SERVERS'

/**
 * The PostgreSQL of this run: the one that `STOWAGE_TEST_POSTGRES=url` names, whose user may make databases; else one that all tests of
 * the run share; else, outside the test runner, one that lives until this process ends.
 * @returns null where none can be had; how to bring one was printed then
 */
export async function postgresServer(): Promise<PostgresServer | null> {
  const given = process.env.STOWAGE_TEST_POSTGRES
  if (given) return { url: given, version: 'as given' }
  const shared = process.env[SHARED]
  if (!shared) return startPostgres()
  const response = await fetch(`${shared}/postgres`)
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as PostgresServer | null
}

/** The URL of a database of that server which nobody else has. */
export function databaseUrl(
  { url }: PostgresServer,
  name = `test_${randomBytes(6).toString('hex')}`,
): { url: string; name: string } {
  const own = new URL(url)
  own.pathname = `/${name}`
  return { url: own.href, name }
}
