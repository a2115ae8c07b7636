import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StowageError } from '@stowage/core'
import { failBefore, failStream, flipBit, gate, holdAt, truncate as truncateStream } from '@stowage/testkit'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type FaultyService, openFaultyService } from '../src/faults/faulty-service.ts'
import { auditFolder } from '../src/kill/audit-folder.ts'
import { contentOf, sha256 } from '../src/kill/content.ts'

const HOUR_MS = 60 * 60_000
const SMALL = contentOf(1, 3000)
const LARGE = contentOf(2, 1_500_000)

let service: FaultyService
beforeEach(async () => {
  service = await openFaultyService()
})
afterEach(() => service.close())

async function upload(bytes: Buffer, to = service): Promise<string> {
  const answer = await to.ask('POST', '?filename=f.bin', new Blob([new Uint8Array(bytes)]))
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

async function digestOf(id: string): Promise<string> {
  return sha256(new Uint8Array(await (await service.ask('GET', `/${id}/content`)).arrayBuffer()))
}

async function sweepFor(hours: number): Promise<void> {
  for (let i = 0; i < hours; i += 1) {
    await service.clock.advance(HOUR_MS)
    await service.stowage.sweep().catch(() => undefined)
  }
}

test('C22: a storage that is away for hours refuses bytes, and loses and keeps nothing that it should not', async () => {
  const [kept, replaced, deleted] = [await upload(LARGE), await upload(LARGE), await upload(LARGE)]
  const down = service.storage.inject({ on: '*', fault: failBefore(new StowageError('unavailable', 'Away.')) })
  const body = (): Blob => new Blob([new Uint8Array(SMALL)])
  const refused = [
    await service.ask('POST', '?filename=f.bin', body()),
    await service.ask('PUT', `/${replaced}/content`, body()),
    await service.ask('GET', `/${kept}/content`),
  ]
  expect(refused.map(({ status }) => status)).toEqual([503, 503, 503])
  expect(refused.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true)
  for (const answer of refused) await answer.body?.cancel()
  // Records need no storage.
  expect((await service.ask('PATCH', `/${kept}`, '{"title":"new"}')).status).toBe(200)
  expect((await service.ask('DELETE', `/${deleted}`)).status).toBe(204)
  await sweepFor(30)
  expect((await service.ask('GET', `/${deleted}`)).status).toBe(404)
  down()
  expect((await service.ask('PUT', `/${replaced}/content`, body())).status).toBe(200)
  await sweepFor(30)
  expect([await digestOf(kept), await digestOf(replaced)]).toEqual([sha256(LARGE), sha256(SMALL)])
  expect(await auditFolder(service.folder)).toEqual([])
})

test('C22: a database that is away for hours refuses everything, and nothing is lost', async () => {
  const id = await upload(LARGE)
  const down = service.metadata.inject({ on: '*', fault: failBefore() })
  const refused = [
    await service.ask('POST', '?filename=f.bin', new Blob([new Uint8Array(SMALL)])),
    await service.ask('GET', `/${id}`),
    await service.ask('DELETE', `/${id}`),
    await service.ask('GET', ''),
  ]
  expect(refused.map(({ status }) => status)).toEqual([503, 503, 503, 503])
  for (const answer of refused) await answer.body?.cancel()
  await sweepFor(5)
  down()
  await sweepFor(5)
  expect(await digestOf(id)).toBe(sha256(LARGE))
  expect(await auditFolder(service.folder)).toEqual([])
})

test('a put that storage answers only after the lease of its upload has ended is not acknowledged, and nothing of it is left', async () => {
  const door = gate()
  service.storage.inject({ on: 'put', nth: 1, fault: holdAt(door, 'after') })
  const sent = service.ask('POST', '?filename=f.bin', new Blob([new Uint8Array(LARGE)]))
  await door.reached
  // Others are served meanwhile.
  const other = await upload(SMALL)
  await sweepFor(1)
  door.open()
  const answer = await sent
  expect(answer.status).toBeGreaterThanOrEqual(400)
  await answer.body?.cancel()
  await sweepFor(4)
  expect(await digestOf(other)).toBe(sha256(SMALL))
  expect(((await (await service.ask('GET', '')).json()) as { items: unknown[] }).items).toHaveLength(1)
  expect(await auditFolder(service.folder)).toEqual([])
})

test.each([
  ['a flipped bit', flipBit(1000)],
  ['a truncated stream', truncateStream(1000)],
])('%s on the way from storage is noticed in a small download, which is not sent', async (_what, fault) => {
  const streaming = await openFaultyService({ localFiles: false })
  onTestFinished(() => streaming.close())
  const id = await upload(SMALL, streaming)
  streaming.storage.inject({ on: 'get', fault })
  const answer = await streaming.ask('GET', `/${id}/content`)
  expect(answer.status).toBe(500)
  await answer.body?.cancel()
})

test.each([
  ['a truncated stream', truncateStream(700_000)],
  ['a stream that breaks', failStream(700_000)],
])('%s on the way from storage aborts a large download', async (_what, fault) => {
  const streaming = await openFaultyService({ localFiles: false })
  onTestFinished(() => streaming.close())
  const id = await upload(LARGE, streaming)
  streaming.storage.inject({ on: 'get', fault })
  await expect(streaming.ask('GET', `/${id}/content`).then(answer => answer.arrayBuffer())).rejects.toThrow()
})

async function findings(): Promise<readonly string[]> {
  await service.clock.advance(48 * HOUR_MS)
  const report = await service.stowage.audit({ verify: 'digest' })
  expect((await auditFolder(service.folder)).map(line => line.slice(0, 2))).toEqual(['I1'])
  return report.findings.map(({ type }) => type)
}

async function onlyObject(): Promise<string> {
  const root = join(service.folder, 'objects')
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter(
    entry => entry.isFile() && !entry.parentPath.includes('.stowage'),
  )
  expect(files).toHaveLength(1)
  return join(files[0]?.parentPath ?? '', files[0]?.name ?? '')
}

test.each([
  ['small', SMALL],
  ['large', LARGE],
])('an object that became shorter on the disk is not sent (%s), and the audit finds it', async (_size, bytes) => {
  const id = await upload(bytes)
  await truncate(await onlyObject(), bytes.byteLength - 1)
  const answer = await service.ask('GET', `/${id}/content`)
  expect(answer.status).toBe(500)
  await answer.body?.cancel()
  expect(await findings()).toEqual(['wrong_size'])
})

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[700] = (bytes[700] ?? 0) ^ 1
  await writeFile(path, bytes)
}

test('a small object with a flipped bit on the disk is not sent, and the audit finds it', async () => {
  const id = await upload(SMALL)
  await flipByte(await onlyObject())
  const answer = await service.ask('GET', `/${id}/content`)
  expect(answer.status).toBe(500)
  await answer.body?.cancel()
  expect(await findings()).toEqual(['wrong_digest'])
})

test('a large object with a flipped bit is sent with the digest of its record, so that clients notice; the audit finds it', async () => {
  const id = await upload(LARGE)
  await flipByte(await onlyObject())
  const answer = await service.ask('GET', `/${id}/content`)
  const digest = answer.headers.get('repr-digest')
  expect(digest).toBe(`sha-256=:${Buffer.from(sha256(LARGE), 'hex').toString('base64')}:`)
  expect(sha256(new Uint8Array(await answer.arrayBuffer()))).not.toBe(sha256(LARGE))
  expect(await findings()).toEqual(['wrong_digest'])
})

/** A body that goes on only when it is told to. */
function body(bytes: Buffer, steps: readonly Promise<unknown>[]): ReadableStream {
  let at = 0
  const stepBytes = Math.ceil(bytes.byteLength / (steps.length + 1))
  return new ReadableStream({
    async pull(controller) {
      if (at > 0) await steps[at / stepBytes - 1]
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + stepBytes)))
      at += stepBytes
      if (at >= bytes.byteLength) controller.close()
    },
  })
}

test.each([
  ['forward', 24],
  ['back', -24],
])('a clock that jumps %s by a day ends no upload whose bytes keep coming', async (_way, hours) => {
  const before = await upload(SMALL)
  const [second, third] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const sent = service.ask('POST', '?filename=f.bin', body(LARGE, [second.promise, third.promise]))
  await vi.waitFor(() => expect(service.storage.calls.filter(({ op }) => op === 'put')).toHaveLength(2), 20_000)
  const commits = service.metadata.calls.filter(({ op }) => op === 'commit').length
  const now = service.clock.now()
  service.clock.now = () => now + hours * HOUR_MS
  second.resolve()
  // A lease that seems to end soon is renewed by the bytes that come.
  if (hours > 0) await vi.waitFor(() => expect(committed(service)).toBeGreaterThan(commits), 20_000)
  await service.stowage.sweep()
  third.resolve()
  const answer = await sent
  expect(answer.status).toBe(201)
  const { id } = (await answer.json()) as { id: string }
  await service.stowage.sweep()
  expect([await digestOf(id), await digestOf(before)]).toEqual([sha256(LARGE), sha256(SMALL)])
  expect(await auditFolder(service.folder)).toEqual([])
})

const committed = ({ metadata }: FaultyService): number =>
  metadata.calls.filter(({ op, outcome }) => op === 'commit' && outcome === 'resolved').length
