import { randomBytes } from 'node:crypto'
import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import { expect, it, vi } from 'vitest'
import { openRestartable, sha256 } from './restartable.ts'

// Other work on the machine must not make these fail.
vi.setConfig({ testTimeout: 60_000 })

const BYTES = randomBytes(3_000_000)
/** One after the other at once: the client's own pauses are for people. */
const retryDelays = [0, 0, 0, 0, 0, 0, 0, 0]

/** Uploads in Node, as a test or a desktop program of theirs would. */
async function upload(endpoint: string, bytes: Buffer) {
  const uppy = new Uppy().use(Tus, {
    endpoint,
    headers: { authorization: 'Bearer alice' },
    retryDelays,
    storeFingerprintForResuming: false,
  })
  // There its sender takes a Buffer, which its types don't know of.
  uppy.addFile({ name: 'a.bin', type: 'application/octet-stream', data: bytes as unknown as Blob })
  const result = await uppy.upload()
  uppy.destroy()
  return result
}

it.each([
  ['without a cut', [], false],
  ['after cut connections', [5000, 300_000, 700_000, 1, 400_000], false],
  ['after the server was started anew', [5000, 1_000_000, 5000, 700_000], true],
] as const)('Uppy in Node uploads a file %s', async (_when, cuts, restarts) => {
  const { endpoint, digests, proxy, restart } = await openRestartable()
  proxy.cut(cuts, restarts ? restart : undefined)
  const result = await upload(endpoint, BYTES)
  expect([result?.successful?.length, result?.failed?.length]).toEqual([1, 0])
  expect([await digests(), proxy.cutsLeft]).toEqual([[sha256(BYTES)], 0])
})
