import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createStowage, type Stowage } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseName } from '../src/lib/names.ts'
import { sources, temporaryFolder } from './sources.ts'

const DAY_MS = 24 * 60 * 60_000

async function opened(name: string) {
  const place = await temporaryFolder()
  onTestFinished(place.remove)
  await mkdir(join(place.folder, 'objects'))
  const clock = fakeClock({ now: Date.now() })
  const open = async (): Promise<Stowage> => {
    const storage = sources[name]?.(join(place.folder, 'objects'), { chunkBytes: 64 * 1024, clock })
    if (!storage) throw new Error(`There is no source ${name}.`)
    const metadata = sqliteMetadata({ file: join(place.folder, 'assets.db'), threads: false })
    const stowage = await createStowage({ storage, metadata, clock, workers: false })
    onTestFinished(() => stowage.close())
    return stowage
  }
  /** What lies in the source, without the marker. */
  const left = async () => (await place.files()).flatMap(file => parseName(file.replace(/^objects\//, '')) ?? [])
  return { ...place, open, left, clock }
}

async function bytesOf(stowage: Stowage, id: string, range?: { start: number; end: number }): Promise<Buffer> {
  const { body } = await (await stowage.trusted.content({ id })).open(range && { range })
  const chunks: Uint8Array[] = []
  for await (const chunk of body ?? []) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe.each(Object.keys(sources))('a Stowage over %s', name => {
  test('uploads, reads with ranges, replaces, lists and deletes, and an audit is clean', { timeout: 240_000 }, async () => {
    const { open, left, clock } = await opened(name)
    const stowage = await open()
    const bytes = Buffer.alloc(200_000, 'Some words. ')
    const { id } = await stowage.trusted.upload({ body: bytes, filename: 'words.txt' })
    const other = await stowage.trusted.upload({ body: Buffer.from('other'), filename: 'other.txt' })
    expect(await bytesOf(stowage, String(id))).toEqual(bytes)
    expect(await bytesOf(stowage, String(id), { start: 65_530, end: 140_000 })).toEqual(bytes.subarray(65_530, 140_001))
    await stowage.trusted.replaceContent(id, { body: Buffer.from('new words') })
    expect((await bytesOf(stowage, String(id))).toString()).toBe('new words')
    expect((await stowage.trusted.list()).items.map(asset => asset.filename).sort()).toEqual(['other.txt', 'words.txt'])
    expect(await stowage.audit({ verify: 'digest', graceMs: 0 })).toMatchObject({ complete: true, findings: [] })
    await stowage.trusted.delete(id)
    await stowage.trusted.delete(other.id)
    await clock.advance(2 * DAY_MS)
    await stowage.sweep()
    await clock.advance(2 * DAY_MS)
    await stowage.sweep()
    expect(await left()).toEqual([])
    expect(await stowage.audit({ verify: 'digest', graceMs: 0 })).toMatchObject({ complete: true, findings: [] })
  })

  test('C3: killed in the middle of an upload, it leaves what the sweeper removes', { timeout: 240_000 }, async () => {
    const { folder, open, left, clock } = await opened(name)
    const program = join(import.meta.dirname, 'programs/endless-upload.ts')
    const child = spawn(process.execPath, ['--conditions=@stowage/source', program, folder, name], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const chunks = async () => (await left()).filter(({ type }) => type === 'chunk').length
    await vi.waitFor(async () => expect(await chunks()).toBeGreaterThanOrEqual(3), { timeout: 200_000, interval: 50 })
    child.kill('SIGKILL')
    await once(child, 'exit')
    const stowage = await open()
    expect((await stowage.trusted.list()).items).toEqual([])
    expect((await left()).map(({ type }) => type)).toContain('claim')
    await clock.advance(2 * DAY_MS)
    await stowage.sweep()
    await clock.advance(2 * DAY_MS)
    await stowage.sweep()
    expect(await left()).toEqual([])
    expect(await stowage.audit({ graceMs: 0 })).toMatchObject({ complete: true, findings: [] })
  })
})
