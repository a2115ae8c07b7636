import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { insert, KINDS } from '../../metadata-sql/test/records.ts'
import { postgresMetadata } from '../src/index.ts'
import { hasServer, ownDatabase, runSql } from './server.ts'

vi.setConfig({ testTimeout: 120_000 })

async function opened(url: string, connections = 4) {
  const store = postgresMetadata({ url, connections })
  onTestFinished(() => store.close())
  await store.open(KINDS)
  return store
}

test.skipIf(!hasServer)('a server that is out of reach, and users it does not know, are unavailable', async () => {
  const url = await ownDatabase()
  const wrong = (change: (url: URL) => void): string => {
    const other = new URL(url)
    change(other)
    return other.href
  }
  const cases = [
    [wrong(other => Object.assign(other, { port: '1' })), true],
    [wrong(other => Object.assign(other, { pathname: '/nowhere' })), false],
    [wrong(other => Object.assign(other, { username: 'nobody_known' })), false],
  ] as const
  for (const [where, retryable] of cases) {
    const store = postgresMetadata({ url: where })
    await expect(store.open(KINDS), where).rejects.toMatchObject({ code: 'unavailable', retryable })
    await store.close()
    await expect(store.getBlob('b'), where).rejects.toMatchObject({ code: 'unavailable', retryable: false })
  }
  expect(() => postgresMetadata({})).toThrow('either a url or a pool')
  expect(() => postgresMetadata({ url, schema: 'a"b' })).toThrow('schema')
})

test.skipIf(!hasServer)('connections that are cut are unavailable, and the next call has another', async () => {
  const url = await ownDatabase()
  const store = await opened(url, 1)
  const others = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  await store.commit([insert('before')])
  // While a statement waits for a lock, its connection is cut.
  const holder = new pg.Client({ connectionString: url })
  holder.on('error', () => undefined)
  await holder.connect()
  await holder.query('begin; lock table stowage.assets in exclusive mode')
  const waiting = store.commit([insert('during'), insert('during too')])
  const refused = expect(waiting).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  await vi.waitFor(
    async () => expect(await runSql(url, `select 1 ${others} and wait_event_type = 'Lock'`)).toHaveLength(1),
    60_000,
  )
  await runSql(url, `select pg_terminate_backend(pid) ${others} and wait_event_type = 'Lock'`)
  await refused
  await holder.query('rollback')
  await holder.end()
  expect(await store.getAsset({ kind: 'file', id: 'during' })).toBeNull()
  await store.commit([insert('during'), insert('during too')])
  expect(await store.count({ kind: 'file', filter: { op: 'all' } })).toEqual({ count: 3, exact: true })
})

test.skipIf(!hasServer)('a commit whose answer is lost is unavailable; sent again, it is refused where it was done', async () => {
  const url = await ownDatabase()
  const through = await lossyWay(url)
  const store = await opened(through.url, 1)
  await store.commit([insert('first')])
  // The server is sent all of it, and what it says to the commit never arrives.
  through.dropAnswers()
  await expect(store.commit([insert('second'), insert('third')])).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  through.pass()
  await vi.waitFor(async () => expect(await store.getAsset({ kind: 'file', id: 'third' })).not.toBeNull(), 60_000)
  await expect(store.commit([insert('second'), insert('third')])).rejects.toMatchObject({
    code: 'already_exists',
    details: { index: 0, op: 'insertAsset', constraint: 'id' },
  })
})

/** A way to the server on which answers can be lost: the connection ends once the server has said something. */
async function lossyWay(url: string): Promise<{ url: string; dropAnswers(): void; pass(): void }> {
  const { hostname, port } = new URL(url)
  let drops = false
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    const upstream = connect(Number(port), hostname)
    for (const each of [socket, upstream]) {
      sockets.add(each)
      each.on('error', () => undefined)
      each.on('close', () => sockets.delete(each))
    }
    socket.pipe(upstream)
    upstream.on('data', data => {
      if (!drops) return void socket.write(data)
      // Ended only when the server is done with what it was sent.
      if (data.includes('COMMIT')) socket.destroy()
    })
    upstream.on('close', () => socket.destroy())
    socket.on('close', () => upstream.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const own = new URL(url)
  own.port = String((server.address() as AddressInfo).port)
  const drop = (all: boolean) => (): void => {
    drops = all
  }
  return { url: own.href, dropAnswers: drop(true), pass: drop(false) }
}

test.skipIf(!hasServer)('batches that lock the same rows in opposite order are all done in the end', async () => {
  const url = await ownDatabase()
  const [one, other] = [await opened(url), await opened(url)]
  await runSql(url, `alter database ${new URL(url).pathname.slice(1)} set deadlock_timeout = '20ms'`)
  const use = (space: string) => ({ op: 'addUsage', kind: 'file', space, bytes: 1, count: 1 }) as const
  const turns = Array.from({ length: 60 }, (_, i) =>
    i % 2 ? one.commit([use('x'), use('y'), use('z')]) : other.commit([use('z'), use('y'), use('x')]),
  )
  await Promise.all(turns)
  for (const space of ['x', 'y', 'z']) expect(await one.getUsage('file', space)).toEqual({ bytes: 60, count: 60 })
})

test.skipIf(!hasServer)('two who change one asset’s tags and state at once leave its tags as its row says', async () => {
  const url = await ownDatabase()
  const stores = [await opened(url), await opened(url)]
  await stores[0]?.commit([insert('a', { tags: ['start'] })])
  const guard = { states: ['ready'] } as const
  await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      stores[i % 2]?.commit([{ op: 'updateAsset', id: 'a', kind: 'file', guard, set: { tags: [`t${i}`, 'kept'] } }]),
    ),
  )
  const record = await stores[0]?.getAsset({ kind: 'file', id: 'a' })
  expect(record?.version).toBe(41)
  const rows = await runSql(url, 'select tag from stowage.asset_tags order by tag')
  expect(rows.map(({ tag }) => tag)).toEqual([...(record?.tags ?? [])].sort())
})

test.skipIf(!hasServer)('a list given up is ended in the database, and one given up before its turn is not run', async () => {
  const url = await ownDatabase()
  const store = await opened(url, 2)
  await store.commit([insert('a')])
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  await holder.query('begin; lock table stowage.assets in access exclusive mode')
  const query = { kind: 'file', filter: { op: 'all' }, sort: { column: 'id', direction: 'asc' }, limit: 10 } as const
  const controller = new AbortController()
  const lists = [1, 2, 3].map(() => store.list({ ...query, signal: controller.signal }))
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await vi.waitFor(async () => expect(await runSql(url, waiting)).toHaveLength(1), 60_000)
  controller.abort()
  for (const list of lists) await expect(list).rejects.toMatchObject({ code: 'aborted' })
  await vi.waitFor(async () => expect(await runSql(url, waiting)).toHaveLength(0), 60_000)
  await holder.query('rollback')
  await holder.end()
  expect((await store.list(query)).map(({ id }) => id)).toEqual(['a'])
})

test.skipIf(!hasServer)('a value too long for its index is refused, and says so', async () => {
  const store = await opened(await ownDatabase())
  const long = Array.from({ length: 4000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000))).join('')
  await expect(store.commit([insert('a', { fields: { part: long } })])).rejects.toMatchObject({
    code: 'unprocessable',
    message: expect.stringContaining('too long for its index'),
  })
})

test.skipIf(!hasServer)('a pool that is lent stays as it was, pipelined or not, and is not ended', async () => {
  const url = await ownDatabase()
  for (const pipeline of [false, true]) {
    const pool = new pg.Pool({ connectionString: url, max: 3, pipeline })
    const store = postgresMetadata({ pool, schema: `lent_${pipeline}`, prepared: pipeline })
    await store.open(KINDS)
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.commit([insert(`a${i}`, { tags: ['t'] }), insert(`b${i}`)])))
    await expect(store.commit([insert('new'), insert('a1')])).rejects.toMatchObject({
      code: 'already_exists',
      details: { index: 1 },
    })
    expect(await store.count({ kind: 'file', filter: { op: 'tags', match: 'any', tags: ['t'] } })).toMatchObject({ count: 20 })
    await store.close()
    const { rows } = await pool.query<{ path: string }>("select current_setting('search_path') as path")
    expect(rows).toEqual([{ path: '"$user", public' }])
    expect(pool.listenerCount('error')).toBe(0)
    await pool.end()
  }
})
