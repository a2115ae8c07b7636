import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { expect, test } from 'vitest'
import { insert, KINDS } from '../../metadata-sql/test/records.ts'
import { tempFolder } from './temp-folder.ts'

type Child = ChildProcessByStdio<Writable, Readable, null>

function start(program: string, ...args: string[]): Child {
  const file = join(import.meta.dirname, 'programs', program)
  return spawn(process.execPath, ['--conditions=@stowage/source', file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
}

async function outputOf(child: Child): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

test('processes that open a new file at once share it: one schema, no number or job twice', async () => {
  const file = join(tempFolder(), 'assets.db')
  const outputs = await Promise.all(['a', 'b', 'c'].map(name => outputOf(start('share.ts', file, name))))
  const results = outputs.map(text => JSON.parse(text) as { numbers: number[]; jobs: string[]; secret: string })
  const numbers = results.flatMap(result => result.numbers)
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
  const jobs = results.flatMap(result => result.jobs)
  expect([jobs.length, new Set(jobs).size]).toEqual([60, 60])
  expect(new Set(results.map(result => result.secret)).size).toBe(1)
  const store = sqliteMetadata({ file })
  await store.open(KINDS)
  const filter = { op: 'search', terms: ['from'] } as const
  expect(await store.count({ kind: 'file', filter })).toEqual({ count: 60, exact: true })
  await store.close()
})

test('while another process holds the lock, writes are unavailable and reads are answered', async () => {
  const file = join(tempFolder(), 'assets.db')
  for (const threads of [true, false]) {
    const store = sqliteMetadata({ file, busyTimeoutMs: 100, threads })
    await store.open(KINDS)
    await store.commit([insert(`before ${threads}`)])
    const holder = start('lock.ts', file)
    await once(createInterface(holder.stdout), 'line')
    await expect(store.commit([insert(`during ${threads}`)])).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    await expect(store.nextInSequence('n')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(await store.getAsset({ kind: 'file', id: `before ${threads}` })).not.toBeNull()
    expect((await store.count({ kind: 'file', filter: { op: 'all' } })).count).toBeGreaterThan(0)
    holder.stdin.end()
    await once(holder, 'exit')
    await store.commit([insert(`after ${threads}`)])
    await store.close()
  }
})

test('what was acknowledged before the process was killed is there, whole', async () => {
  const file = join(tempFolder(), 'assets.db')
  const child = start('commit-forever.ts', file)
  const acknowledged: string[] = []
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(line)
    if (acknowledged.length === 200) child.kill('SIGKILL')
  }
  const store = sqliteMetadata({ file })
  await store.open(KINDS)
  for (const id of acknowledged) expect(await store.getAsset({ kind: 'file', id }), id).not.toBeNull()
  const query = { kind: 'file', sort: { column: 'id', direction: 'asc' }, limit: 100_000 } as const
  const [all, tagged, found] = await Promise.all([
    store.list({ ...query, filter: { op: 'all' } }),
    store.list({ ...query, filter: { op: 'tags', match: 'any', tags: ['kept'] } }),
    store.list({ ...query, filter: { op: 'search', terms: ['acknowledged'] } }),
  ])
  expect(tagged).toEqual(all)
  expect(found).toEqual(all)
  await store.close()
})
