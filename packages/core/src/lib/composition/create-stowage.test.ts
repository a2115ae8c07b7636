import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fsStorage } from '@stowage/adapter-fs'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { build } from 'esbuild'
import 'reflect-metadata/lite'
import { container } from 'tsyringe'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStowage } from '../../../test/open-stowage.ts'
import { StowageError } from '../contracts/errors.ts'
import { defineKind } from '../kinds/define-kind.ts'
import { everyone } from '../policy/rules.ts'
import { createStowage } from './create-stowage.ts'
import { tokens } from './tokens.ts'

const open = { rules: { list: everyone, read: everyone, create: everyone } }
const body = Buffer.from('x')

describe('composition', () => {
  it("takes clock, ids and a whole service from the caller's container", async () => {
    const own = container.createChildContainer()
    const clock = fakeClock({ now: 1_234_567 })
    let made = 0
    own.register(tokens.clock, { useValue: clock })
    own.register(tokens.ids, { useValue: { create: () => `mine-${++made}`, parse: id => String(id), format: stored => stored } })
    const { stowage } = await openStowage({ container: own, clock: undefined as never, policy: open })
    const asset = await stowage.as(null).upload({ body })
    expect(asset).toMatchObject({ id: 'mine-1', createdAt: new Date(1_234_567) })

    const closed = new StowageError('unavailable', 'Closed for the night.')
    own.register(tokens.assetService, { useValue: new Proxy({}, { get: () => () => Promise.reject(closed) }) as never })
    const { stowage: replaced } = await openStowage({ container: own, policy: open })
    await expect(replaced.as(null).upload({ body })).rejects.toBe(closed)
  })

  it('prefers an option to what the container holds, and leaves the container as it was', async () => {
    const own = container.createChildContainer()
    own.register(tokens.clock, { useValue: fakeClock({ now: 1 }) })
    const { stowage } = await openStowage({ container: own, clock: fakeClock({ now: 2 }), policy: open })
    expect(stowage.clock.now()).toBe(2)
    expect(own.resolve(tokens.clock).now()).toBe(1)
    expect(own.isRegistered(tokens.storage, true)).toBe(false)
  })

  it.each([
    ['storage', {}, /storage/],
    ['kinds', { kinds: [] }, /kinds/],
    ['names', { kinds: [defineKind({ name: 'a' }), defineKind({ name: 'a' })] }, /two kinds/],
    ['secrets', { secrets: ['short'] }, /secrets/],
  ])('says which of its options is wrong: %s', async (what, options, message) => {
    const opening = what === 'storage' ? createStowage(options) : openStowage(options)
    await expect(opening).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringMatching(message) })
  })

  it('without secrets keeps one in the database, so that links survive a restart', async () => {
    const { stowage, storage, metadata } = await openStowage({ policy: open })
    const { id } = await stowage.as(null).upload({ body })
    const { token } = await stowage.as(null).createLink(id)
    const second = await createStowage({ storage, metadata, policy: open, workers: false, clock: stowage.clock })
    expect((await second.openLink(token)).asset.id).toBe(id)
  })

  it('refuses a database over a storage that is not its own, such as the folder of an unmounted disk', async () => {
    const { metadata, root, stowage } = await openStowage({ policy: open })
    await stowage.as(null).upload({ body })
    const unmounted = fsStorage({ root: join(root, 'mount', 'objects') })
    await expect(
      createStowage({ storage: unmounted, metadata: sqliteMetadata({ file: join(root, 'assets.db') }) }),
    ).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/disk mounted/),
    })
    expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 1, count: 1 })
  })

  it('runs after esbuild has put everything into one file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-bundle-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const outfile = join(folder, 'app.mjs')
    await build({
      stdin: { contents: APP, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      minify: true,
      logLevel: 'silent',
      conditions: ['@stowage/source'],
      // What every ESM bundle with a CommonJS dependency needs: here it is file-type's.
      banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
    })
    await writeFile(join(folder, 'package.json'), '{}')
    const { stdout } = await promisify(execFile)(process.execPath, [outfile, join(folder, 'data')])
    expect(JSON.parse(stdout)).toEqual({ type: 'image/png', listed: 1, left: 0 })
  })
})

const APP = `
import { createStowage, ownerOnly } from '@stowage/core'
import { fsStorage } from '@stowage/adapter-fs'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
const [, , folder] = process.argv
const storage = fsStorage({ root: folder + '/objects' })
const stowage = await createStowage({ storage, metadata: sqliteMetadata({ file: folder + '/assets.db' }), policy: ownerOnly() })
const assets = stowage.as({ id: 'me' })
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const asset = await assets.upload({ body: png })
const listed = (await assets.list({ search: '' })).items.length
await assets.delete(asset.id)
await stowage.sweep()
const left = (await storage.list()).objects.length
await stowage.close()
console.log(JSON.stringify({ type: asset.contentType, listed, left }))
`
