import { Agent } from 'node:http'
import { DefaultHttpStack, Upload } from 'tus-js-client'
import { expect, it, onTestFinished } from 'vitest'
import { alice, type Cloud, type CloudWorld, HOUR, MIB, openCloudWorld, pdf, sha256, type WorldOptions } from './world.ts'

/** The least that these services take. */
const PART = 5 * MIB
const FILE = pdf(2 * PART + 1_234_567)
const sizeBytes = FILE.byteLength

async function* chunks(bytes: Uint8Array, failure?: Error): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536)
  if (failure) throw failure
}

const senders = ({ stowage }: CloudWorld) => stowage.as({ id: 'alice' })
const fragmentsIn = async (world: CloudWorld): Promise<number> =>
  (await world.keys()).filter(key => key.startsWith('staging/')).length

const open = (cloud: Cloud, options: WorldOptions = {}) => openCloudWorld(cloud, { resumable: { partBytes: PART }, ...options })

/** Resumable uploads to a cloud whose parts have a least size. */
export function resumableCases(cloudOf: () => Cloud): void {
  it('goes on after a cut and a restart in the middle of a part, from the last byte that came', async () => {
    const world = await open(cloudOf(), { quota: { count: 1 } })
    const { id } = await senders(world).createResumable({ sizeBytes, filename: 'guide.pdf' })
    const cut = PART + 3_000_001
    const gone = new Error('The connection is gone.')
    await expect(
      senders(world).appendResumable(id, { offsetBytes: 0, body: chunks(FILE.subarray(0, cut), gone) }),
    ).rejects.toThrow(gone.message)
    expect(await fragmentsIn(world)).toBe(1)
    await world.reopen()
    expect(await senders(world).resumableOffset(id)).toMatchObject({ state: 'open', offsetBytes: cut })
    // A few bytes by themselves: a second piece.
    await senders(world).appendResumable(id, { offsetBytes: cut, body: chunks(FILE.subarray(cut, cut + 1000)) })
    expect(await fragmentsIn(world)).toBe(2)
    const { asset } = await senders(world).appendResumable(id, {
      offsetBytes: cut + 1000,
      body: chunks(FILE.subarray(cut + 1000)),
    })
    expect(asset).toMatchObject({ sizeBytes, sha256: sha256(FILE), contentType: 'application/pdf' })
    expect(await fragmentsIn(world)).toBe(0)
    expect((await world.contentOf(String(asset?.id))).equals(FILE)).toBe(true)
    await world.expectNothingLeft(1)
  })

  it('is whole however small it is, and where its length is said at the end', async () => {
    const world = await open(cloudOf(), { limits: { minBytes: 0 } })
    for (const size of [0, 1, 1000]) {
      const { id } = await senders(world).createResumable({ sizeBytes: size })
      const { asset } = await senders(world).appendResumable(id, { offsetBytes: 0, body: chunks(FILE.subarray(0, size)) })
      expect(asset).toMatchObject({ sizeBytes: size, sha256: sha256(FILE.subarray(0, size)) })
    }
    const { id } = await senders(world).createResumable({})
    await senders(world).appendResumable(id, { offsetBytes: 0, body: chunks(FILE.subarray(0, PART + 10)) })
    const empty = { offsetBytes: PART + 10, body: chunks(Buffer.alloc(0)), declareBytes: PART + 10 }
    const { asset } = await senders(world).appendResumable(id, empty)
    expect(asset?.sha256).toBe(sha256(FILE.subarray(0, PART + 10)))
    await world.expectNothingLeft(4)
  })
}

/** The same over HTTP, and what is left of those that come to no asset. */
export function otherResumableCases(cloudOf: () => Cloud): void {
  it('over HTTP: tus-js-client sends a file in pieces that are no parts', async () => {
    const world = await open(cloudOf())
    const file = FILE.subarray(0, PART + 1_234_567)
    const agent = new Agent({ keepAlive: false })
    onTestFinished(() => agent.destroy())
    await new Promise<void>((resolve, reject) => {
      new Upload(file, {
        endpoint: `http://127.0.0.1:${world.port()}/assets/uploads/resumable`,
        httpStack: new DefaultHttpStack({ agent }),
        headers: alice,
        metadata: { filename: 'guide.pdf' },
        chunkSize: 4_000_001,
        onSuccess: () => resolve(),
        onError: reject,
      }).start()
    })
    const { items } = (await world.ask('GET', '')).json
    expect(items).toMatchObject([{ sizeBytes: file.byteLength, sha256: sha256(file), filename: 'guide.pdf' }])
    await world.expectNothingLeft(1)
  })

  it('leaves nothing of a request without its checksum, and nothing at all once it has ended or expired', async () => {
    const world = await open(cloudOf())
    const [ended, expired] = [
      await senders(world).createResumable({ sizeBytes }),
      await senders(world).createResumable({ sizeBytes }),
    ]
    const checksum = { algorithm: 'sha256', value: sha256(FILE) } as const
    await expect(
      senders(world).appendResumable(ended.id, { offsetBytes: 0, body: chunks(FILE.subarray(0, PART + 1000)), checksum }),
    ).rejects.toMatchObject({ code: 'checksum_mismatch' })
    expect([await senders(world).resumableOffset(ended.id), await world.keys()]).toMatchObject([{ offsetBytes: 0 }, []])
    for (const { id } of [ended, expired])
      await senders(world).appendResumable(id, { offsetBytes: 0, body: chunks(FILE.subarray(0, PART + 1000)) })
    expect(await fragmentsIn(world)).toBe(2)
    await senders(world).abortResumable(ended.id)
    expect([await fragmentsIn(world), await world.unfinished()]).toEqual([1, 1])
    await world.clock.advance(25 * HOUR)
    await world.stowage.sweep()
    expect([await world.keys(), await world.unfinished()]).toEqual([[], 0])
    await world.expectNothingLeft(0)
  })
}
