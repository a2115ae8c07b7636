import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { hasServer, ownDatabase } from '../../test/server.ts'
import { postgresDriver } from './driver.ts'

/** How often each statement that the one connection keeps was planned for its values, and for any. */
async function plansAfterTwelve(pool?: pg.Pool) {
  const driver = postgresDriver({
    ...(pool ? { pool } : { url: await ownDatabase() }),
    connections: 1,
    schema: 'public',
    prepared: true,
  })
  onTestFinished(() => driver.close())
  await driver.open()
  for (let i = 0; i < 12; i += 1) {
    await driver.scan({ sql: 'select $1 + 1 as listed', parameters: [i] })
    await driver.read({ sql: 'select $1 + 2 as got', parameters: [i] })
  }
  const { rows } = await driver.borrow(client =>
    client.query('select statement, generic_plans::int4 as any, custom_plans::int4 as own from pg_prepared_statements'),
  )
  const of = (word: string) => rows.find(({ statement }) => statement.includes(word))
  const { rows: shown } = await driver.borrow(client => client.query('show plan_cache_mode'))
  return { listed: of('listed'), got: of('got'), mode: shown[0]?.plan_cache_mode as string }
}

test.skipIf(!hasServer)(
  'lists are kept parsed and planned for their values each time; what else comes again has one plan',
  async () => {
    const { listed, got } = await plansAfterTwelve()
    expect(listed).toMatchObject({ any: 0, own: 12 })
    expect(got.any).toBeGreaterThan(0)
  },
)

test.skipIf(!hasServer)('connections of a pool that was lent keep their settings; lists are not kept there', async () => {
  const pool = new pg.Pool({ connectionString: await ownDatabase(), max: 1 })
  onTestFinished(() => pool.end())
  const { listed, got, mode } = await plansAfterTwelve(pool)
  expect(listed).toBeUndefined()
  expect(got.any).toBeGreaterThan(0)
  expect(mode).toBe('auto')
})
