import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { defineKind, ownerOnly } from '@stowage/core'
import { failBefore, gate, holdAt } from '@stowage/testkit'
import { expect, it, onTestFinished, vi } from 'vitest'
import { type Cloud, HOUR, html, keptOpen, MIB, openCloudWorld, pdf, sha256 } from './world.ts'

const SMALL = 100_000
const TWO_PARTS = 8 * MIB + 1000
const LEASE = 15 * 60 * 1000

/** What takes long, and what goes wrong on the way: answers, clocks, storages and databases. */
export function faultCases(cloudOf: () => Cloud): void {
  it('that are large are verified by a job; a kind with keys of its own has them written there', async () => {
    const kind = defineKind({ name: 'asset', policy: ownerOnly(), keys: ({ id, filename }) => `files/${id}/${filename}` })
    for (const method of ['put', 'multipart']) {
      const world = await openCloudWorld(cloudOf(), { kinds: [kind], directUploads: { verifyInJobBytes: 1000 } })
      const bytes = pdf(method === 'multipart' ? TWO_PARTS : SMALL)
      const begun = await world.begin(bytes, { method, filename: 'a.pdf' })
      await world.sendAll(begun, bytes)
      expect((await world.complete(begun.id)).status).toBe(202)
      expect((await world.stowage.sweep()).jobs).toBe(1)
      const { state, asset } = (await world.ask('GET', `/uploads/${begun.id}`)).json
      expect([state, asset?.sha256]).toEqual(['done', sha256(bytes)])
      await world.expectNothingLeft(1)
      expect(await world.keys()).toEqual([`files/${asset.id}/a.pdf`])
    }
  })

  it('C12, C13: parts are joined once, though the answer was lost or was an error after all', async () => {
    const cloud = cloudOf()
    const world = await openCloudWorld(cloud)
    const bytes = pdf(TWO_PARTS)
    let made = 0
    for (const how of ['lost', 'error in 200'] as const) {
      for (const times of [1, 20]) {
        const begun = await world.begin(bytes, { method: 'multipart' })
        await world.sendAll(begun, bytes)
        cloud.strikeJoining(how, times)
        const answer = await world.complete(begun.id)
        cloud.heal()
        expect([how, times, answer.status, answer.json.sha256]).toEqual([how, times, 201, sha256(bytes)])
        expect((await world.complete(begun.id)).json).toEqual(answer.json)
        made += 1
      }
    }
    const begun = await world.begin(bytes, { method: 'multipart' })
    await world.sendAll(begun, bytes)
    cloud.strikeJoining('not done', 20)
    expect((await world.complete(begun.id)).status).toBe(503)
    cloud.heal()
    expect((await world.complete(begun.id)).status).toBe(201)
    await world.expectNothingLeft(made + 1)
  })

  it('C14: the sweeper leaves a sender alone who takes a day, and a completion that takes hours', async () => {
    const world = await openCloudWorld(cloudOf())
    const { clock, stowage, storage, metadata } = world
    const repaired = () => stowage.audit({ graceMs: 0, overdueMs: HOUR, repair: { orphans: true } })
    const bytes = pdf(TWO_PARTS)
    const begun = await world.begin(bytes, { method: 'multipart' })
    const whole = await world.begin(pdf(SMALL), { method: 'put' })
    await world.sendAll(whole, pdf(SMALL))
    for (const part of [0, 1]) {
      const piece = (await world.pieces(begun, bytes))[part]
      if (!piece) throw new Error('Two parts were expected.')
      expect(await world.send(piece.request, piece.bytes)).toBe(200)
      for (let hours = 0; hours < 11; hours += 1) {
        await clock.advance(HOUR)
        await stowage.sweep()
      }
      expect((await repaired()).total).toBe(0)
    }
    for (const { id } of [begun, whole]) {
      const hold = gate()
      storage.inject({ on: 'get', nth: 1, fault: holdAt(hold, 'after') })
      const completing = world.complete(id)
      await hold.reached
      for (let thirds = 0; thirds < 9; thirds += 1) {
        const before = metadata.calls.length
        await clock.advance(LEASE / 3)
        await vi.waitFor(() => expect(metadata.calls.slice(before).some(({ op }) => op === 'commit')).toBe(true), {
          timeout: 20_000,
        })
        await stowage.sweep()
      }
      expect((await repaired()).total).toBe(0)
      hold.open()
      expect((await completing).status).toBe(201)
      storage.heal()
    }
    await world.expectNothingLeft(2)
  })

  it('C21: a database older than the bucket removes nothing by itself, and finds what it knows to be there', async () => {
    const world = await openCloudWorld(cloudOf())
    const [small, large] = [pdf(SMALL), pdf(TWO_PARTS)]
    const put = await world.begin(small, { method: 'put' })
    await world.sendAll(put, small)
    const parts = await world.begin(large, { method: 'multipart' })
    await world.sendAll(parts, large)
    await world.reopen({}, world.keepCopy)
    for (const { id } of [put, parts]) expect((await world.complete(id)).status).toBe(201)
    const later = await world.begin(small, { method: 'put' })
    await world.sendAll(later, small)
    const half = await world.begin(large, { method: 'multipart' })
    const [piece] = await world.pieces(half, large)
    if (piece) await world.send(piece.request, piece.bytes)
    await world.reopen({}, world.restoreCopy)
    const before = await world.keys()
    await world.clock.advance(HOUR)
    await world.stowage.sweep()
    const { findings } = await world.stowage.audit({ graceMs: 0, overdueMs: 0 })
    // The copy of the one that was put, and the object that nobody was told of. Of the joined parts there is a row.
    expect(findings.map(({ type }) => type).sort()).toEqual(['orphan', 'orphan', 'unfinished_upload'])
    expect([await world.keys(), await world.unfinished()]).toEqual([before, 1])
    for (const { id } of [later, half]) expect((await world.complete(id)).status).toBe(404)
    const joined = await world.complete(parts.id)
    expect([joined.status, joined.json.sha256]).toEqual([201, sha256(large)])
    expect((await world.complete(put.id)).status).toBe(409)
    await world.sendAll(await world.read(put.id), small)
    expect((await world.complete(put.id)).status).toBe(201)
    // Nobody removes what a restored database may only have forgotten, unless they have looked.
    const doubted = await world.stowage.audit({ graceMs: 0, repair: { orphans: true } })
    expect(doubted.repaired).toMatchObject({ orphans: 0, unfinished: 0, refused: expect.any(String) })
    const forced = await world.stowage.audit({ graceMs: 0, repair: { orphans: true }, force: true })
    expect(forced.repaired).toMatchObject({ orphans: 2, unfinished: 1, refused: null })
    await world.expectNothingLeft(2)
  })

  it('C22: a storage or database that is away for hours costs time, and no upload', async () => {
    const cloud = cloudOf()
    const world = await openCloudWorld(cloud, { quota: { count: 10 } })
    const [small, large] = [pdf(SMALL), pdf(TWO_PARTS)]
    const put = await world.begin(small, { method: 'put' })
    await world.sendAll(put, small)
    const parts = await world.begin(large, { method: 'multipart' })
    await world.sendAll(parts, large)
    const away = async (sweep: () => Promise<unknown>) => {
      for (const { id } of [put, parts]) expect((await world.complete(id)).status).toBe(503)
      expect((await world.ask('POST', '/uploads', { sizeBytes: TWO_PARTS, method: 'multipart' })).status).toBe(503)
      await world.clock.advance(5 * HOUR)
      await sweep()
    }
    cloud.outage()
    await away(() => world.stowage.sweep())
    cloud.heal()
    world.metadata.inject({ on: '*', fault: failBefore() })
    await away(() => expect(world.stowage.sweep()).rejects.toMatchObject({ code: 'unavailable' }))
    world.metadata.heal()
    for (const { id } of [put, parts]) {
      expect(await world.read(id)).toMatchObject({ state: 'open' })
      expect((await world.complete(id)).status).toBe(201)
    }
    // One that expires meanwhile goes afterwards.
    const expiring = await world.begin(large, { method: 'multipart' })
    await world.sendAll(expiring, large)
    cloud.outage()
    await world.clock.advance(25 * HOUR)
    await world.stowage.sweep()
    cloud.heal()
    await world.expectNothingLeft(2)
  })

  it('that were begun before new objects went to a disk are completed and served where they were begun', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-exchanged-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const world = await openCloudWorld(cloudOf())
    const signing = { secret: 'a secret of at least 32 characters', baseUrl: 'https://files.example.com/objects' }
    const disk = fsStorage({ root: join(folder, 'objects'), signing })
    const files = [
      ['put', pdf(SMALL)],
      ['multipart', pdf(TWO_PARTS)],
    ] as const
    const begun = await Promise.all(
      files.map(async ([method, bytes]) => ({ upload: await world.begin(bytes, { method }), bytes })),
    )
    await world.reopen({ storage: disk, otherStorages: [keptOpen(world.storage)] })
    for (const { upload, bytes } of begun) {
      await world.sendAll(await world.read(upload.id), bytes)
      const made = await world.complete(upload.id)
      expect(made.status).toBe(201)
      expect((await world.contentOf(made.json.id)).equals(bytes)).toBe(true)
    }
    expect((await disk.list()).objects).toEqual([])
    expect((await world.begin(html(100))).request?.url).toContain('https://files.example.com/')
    await world.expectNothingLeft(2)
  })
}
