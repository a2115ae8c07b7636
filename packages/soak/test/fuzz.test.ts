import { createServer, Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import fuzzSoak from '../src/fuzz/fuzz.ts'
import { baseRequest } from '../src/fuzz/plan/base-requests.ts'
import { render } from '../src/fuzz/plan/render.ts'
import { planUnit } from '../src/fuzz/plan/unit.ts'
import { emptyWorld, type World } from '../src/fuzz/plan/world.ts'
import { randomOf } from '../src/fuzz/random.ts'
import { fuzz } from '../src/fuzz/run.ts'

const COUNT = 20_000
const SEED = 3

test('20,000 generated requests find no 5xx, hang, crash, logged error, or anything left behind', {
  timeout: 900_000,
}, async () => {
  const figures = await fuzzSoak.run({ seed: SEED, count: COUNT, progress: () => undefined })
  console.log(`Fuzz, seed ${SEED}:`, figures)
  // They got somewhere: much was stored, read, changed and deleted, and much was refused.
  const least = {
    'POST 201': 1500,
    'GET 200': 2500,
    'GET 206': 300,
    'GET 304': 100,
    'PATCH 200': 250,
    'PUT 200': 150,
    'DELETE 204': 400,
  }
  for (const [name, count] of Object.entries(least)) expect(Number(figures[name] ?? 0), name).toBeGreaterThan(count)
  for (const name of ['GET 404', 'GET 416', 'POST 400', 'POST 413', 'POST 415', 'PATCH 422', 'malformed 400']) {
    expect(Number(figures[name] ?? 0), name).toBeGreaterThan(10)
  }
})

describe('requests of one seed', { timeout: 120_000 }, () => {
  /** A world with some assets, of the first requests that make any. */
  function world(): World {
    const made = emptyWorld()
    for (let index = 0; made.assets.length < 20; index++) {
      const { creates } = baseRequest({ random: randomOf(5, index), world: emptyWorld(), index }).meaning
      if (!creates) continue
      const { api, base, owner } = creates
      const asset = { api, base, owner, id: String(index + 1), filename: `f${index}.txt`, contents: new Map() }
      made.assets.push({ ...asset, etag: '"v1"', contentEtag: '"x"', life: 'alive' })
    }
    return made
  }
  const bytes = (seed: number): string[] =>
    Array.from({ length: 300 }, (_, index) =>
      planUnit(seed, index, world())
        .drafts.map(render)
        .map(({ head, body }) => Buffer.concat([head, body]).toString('latin1'))
        .join(''),
    )

  test('are the same, byte for byte, and others of another seed', () => {
    expect(bytes(7)).toEqual(bytes(7))
    expect(bytes(7)).not.toEqual(bytes(8))
  })

  test('reach every operation, harmed in every way', () => {
    const drafts = Array.from({ length: 2000 }, (_, index) => planUnit(1, index, world()).drafts).flat()
    expect(new Set(drafts.map(({ method }) => method))).toEqual(expect.toSatisfy((methods: Set<string>) => methods.size > 10))
    expect(new Set(drafts.flatMap(({ harms }) => harms)).size).toBe(14)
    expect(new Set(drafts.map(({ ending }) => ending)).size).toBeGreaterThanOrEqual(4)
    expect(drafts.filter(({ harms }) => harms.length === 0).length).toBeGreaterThan(drafts.length / 3)
  })
})

describe('a server that', { timeout: 120_000 }, () => {
  const servers: Server[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      if (server instanceof HttpServer) server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  })

  async function findingOf(server: Server, options: { faults?: string[]; hangMs?: number } = {}): Promise<string> {
    const { faults = [], hangMs = 5000 } = options
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const run = fuzz({ ports: [port, port], faults, alive: true }, { seed: 9, count: 200, hangMs, progress: () => undefined })
    const error = await run.then(
      () => null,
      (thrown: Error) => thrown,
    )
    return error?.message ?? 'nothing found'
  }

  test('answers 500 is found, and told with seed and bytes', async () => {
    const found = await findingOf(createServer((_req, res) => res.writeHead(500).end('oh')))
    expect(found).toContain('The answer is 500: oh')
    expect(found).toMatch(/seed 9, unit \d+/)
    expect(found).toContain('HTTP/1.1\\r\\nHost: fuzz.example\\r\\n')
    expect(found).toMatch(/Alone, request \d gives: The answer is 500/)
  })

  test('answers nothing is found', async () => {
    const closing = createSocketServer(socket => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.destroy())
    })
    expect(await findingOf(closing)).toContain('The connection ended without an answer.')
  })

  test('answers others but leaves a request waiting is found', async () => {
    const hanging = createServer((req, res) => {
      if (req.url === '/ping') res.end('pong')
    })
    expect(await findingOf(hanging, { hangMs: 300 })).toMatch(/^Hang: /)
  })

  test('answers more than was asked is found', async () => {
    const talkative = createSocketServer({ noDelay: true }, socket => {
      socket.on('error', () => undefined)
      socket.on('data', () => void socket.end('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nohextra'))
    })
    expect(await findingOf(talkative)).toContain('More was answered than was asked')
  })

  test('forgets what it has acknowledged is found', async () => {
    const forgetful = createServer((req, res) => {
      req.resume()
      const stored = req.method === 'POST'
      req.on('end', () =>
        res.writeHead(stored ? 201 : 404, { 'Content-Type': 'application/json' }).end('{"id":"1","filename":"x"}'),
      )
    })
    expect(await findingOf(forgetful)).toMatch(/The answer is (404|201), not/)
  })

  test('logs an error is found', async () => {
    const faults: string[] = []
    const logging = createServer((req, res) => {
      req.resume()
      faults.push('error in the log: disk gone')
      req.on('end', () => res.writeHead(201, { 'Content-Type': 'application/json' }).end('{"id":"1","filename":"x"}'))
    })
    expect(await findingOf(logging, { faults })).toMatch(/disk gone/)
  })
})
