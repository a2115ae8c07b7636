import { createHash } from 'node:crypto'
import { createStowage, ownerOnly, type Stowage } from '@stowage/core'
import { postgresMetadata } from '@stowage/metadata-postgres'
import { type S3Server, s3Server } from '@stowage/servers'
import { fakeClock } from '@stowage/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { heldBody } from '../../core/test/held-body.ts'
import { hasServer, ownDatabase } from '../../metadata-postgres/test/server.ts'
import { s3Storage } from '../src/index.ts'
import { MIB, openBucket } from './opened.ts'

vi.setConfig({ testTimeout: 300_000 })

const PART = 5 * MIB
const DAY = 24 * 60 * 60 * 1000
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const server = await s3Server()

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

/** Bytes of which no two places are alike. */
function patterned(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes)
  for (let at = 0; at + 4 <= sizeBytes; at += 4) bytes.writeUInt32LE(at, at)
  return bytes
}

describe.skipIf(server === null || !hasServer)('resumable uploads on several servers over PostgreSQL and S3', () => {
  let opened: Awaited<ReturnType<typeof openBucket>>
  beforeAll(async () => {
    opened = await openBucket(server as S3Server)
  })
  afterAll(() => opened?.close())

  const openServers = async (count: number) => {
    const url = await ownDatabase()
    const clock = fakeClock({ now: Date.now() })
    const servers: Stowage[] = []
    for (let i = 0; i < count; i += 1) {
      const stowage = await createStowage({
        storage: s3Storage(opened.bucket.options),
        metadata: postgresMetadata({ url }),
        clock,
        policy: ownerOnly(),
        logger: silent,
        workers: false,
        resumable: { partBytes: PART },
        limits: { maxBytes: 1024 * MIB },
      })
      onTestFinished(() => stowage.close())
      servers.push(stowage)
    }
    const assetsAt = (i: number) => (servers[i] as Stowage).as({ id: 'alice' })
    const expectNothingLeft = async (assets: number): Promise<void> => {
      const [first] = servers
      await first?.sweep()
      for (let i = 0; i < 4; i += 1) {
        await clock.advance(2 * DAY)
        await first?.sweep()
      }
      expect((await opened.straight.list()).objects).toHaveLength(assets)
      expect(await opened.bucket.unfinished()).toEqual([])
      expect(await first?.audit({ graceMs: 0, overdueMs: 0, verify: 'digest' })).toMatchObject({ complete: true, total: 0 })
    }
    return { assetsAt, expectNothingLeft }
  }

  it('M7: another server takes over from one that hangs, which is fenced off; no byte that was told is lost', async () => {
    const { assetsAt, expectNothingLeft } = await openServers(2)
    const [one, two] = [assetsAt(0), assetsAt(1)]
    const file = patterned(4 * PART + 700_000)
    const { id } = await one.createResumable({ sizeBytes: file.byteLength })
    await one.appendResumable(id, { offsetBytes: 0, body: chunks(file.subarray(0, 1_000_000)) })
    const hung = heldBody(file.subarray(1_000_000, PART + 2_000_000))
    const older = one.appendResumable(id, { offsetBytes: 1_000_000, body: hung.body }).catch((error: unknown) => error)
    await hung.waits
    // It tells of its first part as soon as S3 has it.
    await expect.poll(async () => (await two.getResumable(id)).offsetBytes, { timeout: 60_000 }).toBe(PART)
    expect(await two.resumableOffset(id)).toMatchObject({ state: 'open', offsetBytes: PART })
    const { offsetBytes } = await two.appendResumable(id, {
      offsetBytes: PART,
      body: chunks(file.subarray(PART, 2 * PART + 300_000)),
    })
    expect(offsetBytes).toBe(2 * PART + 300_000)
    // What it goes on with counts for nothing, be it a whole part.
    hung.goOn(Buffer.alloc(PART, 'x'))
    hung.end()
    expect(await older).toMatchObject({ code: 'conflict' })
    expect(await one.resumableOffset(id)).toMatchObject({ offsetBytes })
    const { asset } = await two.appendResumable(id, { offsetBytes, body: chunks(file.subarray(offsetBytes)) })
    expect(asset).toMatchObject({ sizeBytes: file.byteLength, sha256: sha256(file) })
    await expectNothingLeft(1)
    await one.delete(asset?.id ?? '')
    await expectNothingLeft(0)
  })

  it('each request may go to another server, wherever parts begin and end', async () => {
    const { assetsAt, expectNothingLeft } = await openServers(3)
    const file = patterned(120 * MIB + 77)
    const { id } = await assetsAt(0).createResumable({ filename: 'a.bin' })
    const stepBytes = 7 * MIB + 11
    let turn = 0
    for (let at = 0; at < file.byteLength; at += stepBytes) {
      const end = Math.min(file.byteLength, at + stepBytes)
      turn += 1
      const { offsetBytes } = await assetsAt(turn % 3).appendResumable(id, {
        offsetBytes: at,
        body: chunks(file.subarray(at, end)),
      })
      expect(offsetBytes).toBe(end)
    }
    const last = { offsetBytes: file.byteLength, body: chunks(Buffer.alloc(0)), declareBytes: file.byteLength }
    expect(await assetsAt(0).appendResumable(id, last)).toMatchObject({ state: 'verifying' })
    await expectNothingLeft(1)
    expect(await assetsAt(1).list()).toMatchObject({ items: [{ sizeBytes: file.byteLength, sha256: sha256(file) }] })
    const [made] = (await assetsAt(1).list()).items
    await assetsAt(2).delete(made?.id ?? '')
    await expectNothingLeft(0)
  })
})
