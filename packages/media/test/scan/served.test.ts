import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly, type StowageOptions } from '@stowage/core'
import type { Scanner } from '@stowage/core/contracts'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clamavScanner } from '../../src/index.ts'
import { clamdMissing, EICAR, startClamd } from './start-clamd.ts'

const missing = clamdMissing()
if (missing) console.log(`Skipped, what is served after a scan by the real ClamAV: ${missing}.`)

const alice = { id: 'alice' }

describe.skipIf(missing !== null)('threat 44: with the real clamd', () => {
  it('EICAR never leaves, and what is clean does', async () => {
    const clamd = await startClamd()
    onTestFinished(() => clamd.stop())
    const { stowage, upload } = await opened({ scanner: clamavScanner({ socket: clamd.socket }) })
    const [bad, good] = [await upload(EICAR), await upload('harmless')]
    await stowage.sweep()
    await expect(stowage.as(alice).content({ id: bad.id })).rejects.toMatchObject({
      code: 'forbidden',
      details: { reason: expect.stringContaining('Eicar-Test-Signature') },
    })
    expect(await stowage.as(alice).get({ id: bad.id })).toMatchObject({ processing: 'failed' })
    expect((await stowage.as(alice).content({ id: good.id })).asset.processing).toBe('done')
  })

  it('nothing is served while it is away, and all that is clean once it is back', async () => {
    const clock = fakeClock()
    let socket = '/nowhere/clamd.sock'
    const scanner: Scanner = { name: 'moving', scan: file => clamavScanner({ socket }).scan(file) }
    const { stowage, upload } = await opened({ scanner, clock })
    const { id } = await upload('harmless')
    await stowage.sweep()
    await expect(stowage.as(alice).content({ id })).rejects.toMatchObject({ code: 'conflict', retryable: true })
    const clamd = await startClamd()
    onTestFinished(() => clamd.stop())
    socket = clamd.socket
    await clock.advance(60_000)
    await stowage.sweep()
    expect((await stowage.as(alice).content({ id })).asset.processing).toBe('done')
  })
})

async function opened(options: StowageOptions) {
  const root = await mkdtemp(join(tmpdir(), 'stowage-scan-'))
  const stowage = await createStowage({
    storage: fsStorage({ root: join(root, 'objects') }),
    metadata: sqliteMetadata({ file: join(root, 'assets.db'), threads: false }),
    policy: ownerOnly(),
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    workers: false,
    ...options,
  })
  onTestFinished(async () => {
    await stowage.close()
    await rm(root, { recursive: true, force: true })
  })
  const upload = (text: string) =>
    stowage.as(alice).upload({ body: Buffer.from(text), contentType: 'text/plain', filename: 'file.txt' })
  return { stowage, upload }
}

const ignore = (): void => undefined
