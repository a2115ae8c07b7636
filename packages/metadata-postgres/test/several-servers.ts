import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createStowage, ownerOnly, systemClock } from '@stowage/core'
import { expect, onTestFinished } from 'vitest'
import { postgresMetadata } from '../src/index.ts'
import { ownDatabase, runSql } from './server.ts'
import { type StoragePlace, storageAt } from './storage-place.ts'

export const NODE = ['--conditions=@stowage/source', '--disable-warning=ExperimentalWarning']
export const headers = { authorization: 'Bearer token' }
const DAY_MS = 24 * 60 * 60_000
const CALLERS = 6
const KILL_AT = 30
const ENOUGH = 80

export interface Server {
  readonly child: ChildProcess
  /** Of its assets. */
  readonly base: string
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Server processes on one PostgreSQL database and one storage. */
export async function openServers(place: StoragePlace, count: number) {
  const url = await ownDatabase()
  // The first makes the tables.
  const first = await startServer(url, place)
  const servers = [first, ...(await Promise.all(Array.from({ length: count - 1 }, () => startServer(url, place))))]
  const answers = new Acknowledged()
  const alive = (): Server[] => servers.filter(({ child }) => child.signalCode === null)

  return {
    url,
    servers,
    alive,
    /** Uploads and deletes through all of them, while the first one dies. */
    async killOneUnderLoad(): Promise<void> {
      await loadUntilKilled(servers, answers)
      expect(first.child.killed).toBe(true)
    },
    /** Any that lives has what was acknowledged, whoever did so. */
    async expectKept(): Promise<void> {
      const [one] = alive()
      const base = one?.base ?? ''
      for (const [id, digest] of answers.kept) {
        const response = await fetch(`${base}/${id}/content`, { headers })
        expect(sha256(new Uint8Array(await response.arrayBuffer())), id).toBe(digest)
      }
      for (const id of answers.deleted) expect((await fetch(`${base}/${id}`, { headers })).status).toBe(404)
    },
    /** Ends those that live. Once every lease has ended, the sweeper leaves nothing, and the audit finds nothing. */
    async expectClean(): Promise<void> {
      for (const { child } of alive()) {
        const gone = once(child, 'exit')
        child.disconnect()
        await gone
      }
      await expectClean(url, place, answers.kept.size)
    },
  }
}

async function startServer(url: string, place: StoragePlace): Promise<Server> {
  const program = join(import.meta.dirname, 'programs/serve.ts')
  const child = fork(program, [url, JSON.stringify(place)], { execArgv: NODE, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`The server ended with ${code}.`))),
  ])
  return { child, base: `http://127.0.0.1:${port}/assets` }
}

/** What was answered before a server died: its acknowledgements hold. */
class Acknowledged {
  readonly kept = new Map<string, string>()
  readonly deleted = new Set<string>()

  async upload(base: string): Promise<string> {
    const bytes = randomBytes(1 + Math.floor(Math.random() * 60_000))
    const body = new FormData()
    body.set('file', new Blob([bytes]), 'file.bin')
    const response = await fetch(base, { method: 'POST', headers, body })
    const text = await response.text()
    expect(response.status, text).toBe(201)
    const { id } = JSON.parse(text) as { id: string }
    this.kept.set(id, sha256(bytes))
    return id
  }

  async remove(base: string, id: string): Promise<void> {
    // From here on nobody knows, until it is answered.
    this.kept.delete(id)
    const response = await fetch(`${base}/${id}`, { method: 'DELETE', headers })
    expect(response.status).toBe(204)
    this.deleted.add(id)
  }
}

async function loadUntilKilled(servers: readonly Server[], answers: Acknowledged): Promise<void> {
  const [victim] = servers as [Server]
  let dead = false
  const caller = async (number: number): Promise<void> => {
    for (let turn = 0; answers.kept.size < ENOUGH; turn++) {
      const server = servers[(number + turn) % servers.length] as Server
      if (server === victim && dead) continue
      try {
        const id = await answers.upload(server.base)
        if (turn % 4 === 3) await answers.remove(server.base, id)
      } catch (error) {
        // Only the one that was killed may fail a request.
        if (server !== victim || !dead) throw error
      }
      if (answers.kept.size < KILL_AT || dead) continue
      dead = true
      victim.child.kill('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number)))
}

async function expectClean(url: string, place: StoragePlace, atLeast: number): Promise<void> {
  const machine = systemClock()
  const clock = { now: () => machine.now() + 2 * DAY_MS, after: machine.after }
  const stowage = await createStowage({
    storage: await storageAt(place, clock),
    metadata: postgresMetadata({ url }),
    policy: ownerOnly(),
    quota: { bytes: 2 ** 40, count: 1_000_000 },
    clock,
    workers: false,
  })
  await stowage.sweep()
  const { findings } = await stowage.audit({ verify: 'digest', graceMs: 0, overdueMs: 0 })
  expect(findings).toEqual([])
  await stowage.close()
  const [counted] = await runSql(url, "select count(*)::int4 as assets from stowage.assets where state = 'ready'")
  // More where the one that died had made an asset, and not answered.
  expect(counted?.assets).toBeGreaterThanOrEqual(atLeast)
}
