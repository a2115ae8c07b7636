import { failBefore } from '@stowage/testkit'
import { describe, expect, it, vi } from 'vitest'
import { alice, expectNothingLeft, openDirect } from '../../../../test/direct-world.ts'
import { chunked } from '../../../../test/open-stowage.ts'
import { FILE, sha256, withEachCallFailing } from '../../../../test/persistent-sender.ts'
import { StowageError } from '../../contracts/errors.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 180_000 })

const away = () => new StowageError('unavailable', 'Injected.')

describe.each(['memory', 'memory in least parts'] as const)('a resumable upload on %s', place => {
  it('C12, C13: of which any call fails, before or after its effect, loses no byte that was told, and is one asset', async () => {
    expect(await withEachCallFailing(place, { ends: [3000] })).toBeGreaterThan(15)
  })
})

describe.each(['disk', 'memory in least parts'] as const)('a resumable upload on %s', place => {
  it('whose server dies in the middle of a part goes on from the last one that was acknowledged', async () => {
    const world = await openDirect(place, { resumable: { streamPartBytes: 2000, partBytes: 2000 } })
    const dying = world.stowage.as(alice)
    const { id } = await dying.createResumable({ sizeBytes: FILE.byteLength })
    // Nothing more of this process reaches the database: the row says that it is still writing.
    for (const nth of [3, 4]) world.metadata.inject({ on: 'commit', nth, fault: failBefore(away()) })
    await expect(dying.appendResumable(id, { offsetBytes: 0, body: chunked(FILE, 500) })).rejects.toMatchObject({
      code: 'unavailable',
    })
    world.metadata.heal()
    const later = (await world.open()).stowage.as(alice)
    const { offsetBytes } = await later.resumableOffset(id)
    expect(offsetBytes).toBe(2000)
    const done = await later.appendResumable(id, { offsetBytes, body: chunked(FILE.subarray(offsetBytes)) })
    expect(done.asset?.sha256).toBe(sha256(FILE))
    await expectNothingLeft(world, 1)
  })
})
