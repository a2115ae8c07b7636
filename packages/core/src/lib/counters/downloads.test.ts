import { failBefore, gate, withMetadataFaults } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { openStowage } from '../../../test/open-stowage.ts'
import type { Asset } from '../assets/interface/asset.ts'
import type { Change, MetadataStore } from '../contracts/metadata.ts'
import { defineKind } from '../kinds/define-kind.ts'
import { ownerOnly } from '../policy/ready-made.ts'

const alice = { id: 'alice' }
const counted = defineKind({ name: 'counted', policy: ownerOnly(), countDownloads: true })
const plain = defineKind({ name: 'plain', policy: ownerOnly() })
const isCounting = (changes: unknown) => (changes as readonly Change[]).some(({ op }) => op === 'addDownloads')

async function open(options: Parameters<typeof openStowage>[0] = {}) {
  let faulty: ReturnType<typeof withMetadataFaults<MetadataStore>> | undefined
  const world = await openStowage({
    kinds: [counted, plain],
    ...options,
    wrapMetadata: store => {
      faulty = withMetadataFaults(store)
      return faulty
    },
  })
  const metadata = faulty as NonNullable<typeof faulty>
  const assets = world.stowage.as(alice)
  const upload = (name: string): Promise<Asset> => assets.upload({ body: Buffer.from(name), filename: name })
  const download = async ({ id }: Pick<Asset, 'id'>, times = 1): Promise<void> => {
    const content = await assets.content({ id })
    for (let time = 0; time < times; time++) content.countDownload()
  }
  /** Commits that held counters, and how many assets each. */
  const writes = () =>
    metadata.calls.flatMap(({ op, args }) =>
      op === 'commit' && isCounting(args[0])
        ? [
            (args[0] as readonly Change[]).reduce(
              (sum, change) => sum + (change.op === 'addDownloads' ? change.downloads.length : 0),
              0,
            ),
          ]
        : [],
    )
  const countOf = async ({ id }: Pick<Asset, 'id'>) => (await assets.get({ id })).downloadCount
  return { ...world, metadata, assets, upload, download, writes, countOf }
}

describe('downloads', () => {
  it('count at once, and reach the database together, without a new version of any asset', async () => {
    const world = await open()
    const [a, b, c] = [await world.upload('a'), await world.upload('b'), await world.upload('c')]
    expect([a.downloadCount, b.downloadCount, c.downloadCount]).toEqual([0, 0, 0])
    for (let round = 0; round < 100; round++) {
      await world.download(a)
      await world.download(b, 3)
    }
    expect([await world.countOf(a), await world.countOf(b), await world.countOf(c)]).toEqual([100, 300, 0])
    expect(await world.metadata.getDownloads('counted', [String(a.id), String(b.id)])).toEqual([0, 0])
    expect(world.writes()).toEqual([])
    await world.clock.advance(250)
    await vi.waitFor(async () =>
      expect(await world.metadata.getDownloads('counted', [String(a.id), String(b.id)])).toEqual([100, 300]),
    )
    const { items } = await world.assets.list()
    expect(items.map(({ id, downloadCount, version }) => [id, downloadCount, version])).toEqual([
      [c.id, 0, 1],
      [b.id, 300, 1],
      [a.id, 100, 1],
    ])
    expect(world.writes()).toEqual([2])
  })

  it('are null where the kind does not count, and cost no question and no write', async () => {
    const world = await open()
    const assets = world.assets.in({ kind: plain })
    const asset = await assets.upload({ body: Buffer.from('x') })
    const content = await assets.content({ id: asset.id })
    content.countDownload()
    await world.clock.advance(10_000)
    expect([asset.downloadCount, content.asset.downloadCount]).toEqual([null, null])
    expect((await assets.list()).items[0]?.downloadCount).toBeNull()
    expect(world.metadata.calls.filter(({ op }) => op === 'getDownloads')).toEqual([])
    expect(world.writes()).toEqual([])
  })

  it('are asked for once for a whole page', async () => {
    const world = await open()
    for (let at = 0; at < 20; at++) await world.upload(`file ${at}`)
    const before = world.metadata.calls.length
    await world.assets.list()
    expect(world.metadata.calls.slice(before).map(({ op }) => op)).toEqual(['list', 'getDownloads'])
  })

  it('that cannot be written are kept, and written later, less and less often tried', async () => {
    const world = await open()
    const asset = await world.upload('a')
    world.metadata.inject({ on: 'commit', where: isCounting, fault: failBefore() })
    await world.download(asset, 5)
    for (let round = 0; round < 40; round++) await world.clock.advance(250)
    // At 250, then after 500, 1000, 2000 and 4000 more.
    expect(world.writes().length).toBe(5)
    expect(await world.countOf(asset)).toBe(5)
    expect(world.logged.filter(([message]) => message.includes('could not be written')).length).toBe(5)
    await world.download(asset, 2)
    world.metadata.heal()
    await world.clock.advance(30_000)
    await vi.waitFor(async () => expect(await world.metadata.getDownloads('counted', [String(asset.id)])).toEqual([7]))
    await world.download(asset)
    await world.clock.advance(250)
    await vi.waitFor(async () => expect(await world.metadata.getDownloads('counted', [String(asset.id)])).toEqual([8]))
    expect(await world.countOf(asset)).toBe(8)
  })

  it('that wait are written when Stowage is closed', async () => {
    const world = await open()
    const asset = await world.upload('a')
    await world.download(asset, 3)
    await world.stowage.close()
    const again = await open({ at: world.root })
    expect(await again.countOf(asset)).toBe(3)
  })

  it('that are being written are neither missed nor counted twice by who reads meanwhile', async () => {
    const world = await open()
    const asset = await world.upload('a')
    const door = gate()
    world.metadata.inject({ on: 'commit', where: isCounting, fault: { kind: 'wait', when: 'after', until: () => door.wait() } })
    await world.download(asset, 2)
    await world.clock.advance(250)
    await door.reached
    const reading = world.countOf(asset)
    await world.download(asset)
    door.open()
    expect(await reading).toBe(3)
  })

  it('of assets that are gone meanwhile are dropped, and nobody else’s with them', async () => {
    const world = await open()
    const [a, b] = [await world.upload('a'), await world.upload('b')]
    await world.download(a)
    await world.download(b)
    await world.assets.delete(a.id)
    await world.stowage.sweep()
    await world.clock.advance(250)
    await vi.waitFor(async () =>
      expect(await world.metadata.getDownloads('counted', [String(a.id), String(b.id)])).toEqual([0, 1]),
    )
    expect(world.logged).toEqual([])
  })
})
