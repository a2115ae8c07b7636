import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { audit } from '../../../../test/audit.ts'
import { chunked, openStowage, readAll } from '../../../../test/open-stowage.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { OpenedUrl, OpenUrlOptions, UrlImporter } from '../../contracts/importer.ts'
import { ownerOnly } from '../../policy/ready-made.ts'
import { authenticated, everyone } from '../../policy/rules.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const alice = { id: 'alice' }

/** An importer that gives what it is told to, and notes what was asked and whether it was given back. */
function giving(given: Partial<OpenedUrl> & { readonly bytes?: Uint8Array; readonly fails?: StowageError }) {
  const opened: [string, OpenUrlOptions][] = []
  const state = { returned: 0, closed: false }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunked(given.bytes ?? PNG)
      if (given.fails) throw given.fails
    } finally {
      state.returned += 1
    }
  }
  const importer: UrlImporter = {
    name: 'fake',
    async open(url, options) {
      opened.push([url, options])
      return { body: body(), contentType: null, filename: null, sizeBytes: null, ...given }
    },
    async close() {
      state.closed = true
    },
  }
  return { importer, opened, state }
}

async function filesIn(root: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, 'objects'), { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(({ name }) => name)
}

describe('an import', () => {
  it('becomes an asset like an upload: type and digest by its bytes, limits handed down', async () => {
    const { importer, opened, state } = giving({ contentType: 'text/html', sizeBytes: PNG.byteLength, filename: 'pixel.png' })
    const { stowage, storage, metadata } = await openStowage({ importer, policy: ownerOnly(), limits: { maxBytes: 5000 } })
    expect(stowage.canImport).toBe(true)
    const assets = stowage.as(alice)
    const url = 'https://images.example/pixel?sig=s3cret'
    const asset = await assets.import({ url, title: 'A pixel', tags: ['small'], sha256: sha256(PNG) })
    expect(asset).toMatchObject({
      contentType: 'image/png',
      sizeBytes: PNG.byteLength,
      sha256: sha256(PNG),
      filename: 'pixel.png',
      title: 'A pixel',
      tags: ['small'],
      createdBy: 'alice',
      externalUrl: null,
    })
    expect(await readAll((await (await assets.content({ id: asset.id })).open()).body)).toEqual(PNG)
    expect(opened).toEqual([[url, { maxBytes: 5000 }]])
    expect(state.returned).toBe(1)
    expect((await audit(storage, metadata)).length).toBe(1)
    await stowage.close()
    expect(state.closed).toBe(true)
  })

  it.each<[string | null, string]>([
    ['photo.png', 'photo.png'],
    ['photo', 'photo.png'],
    ['photo.jpeg', 'photo.jpeg'],
    ['v1.2 of the photo!', 'v1.2 of the photo!.png'],
    [null, 'file.png'],
    ['', 'file.png'],
    ['..', 'file.png'],
    ['../../etc/passwd', 'passwd.png'],
    ['a\\b\\c', 'c.png'],
    ['.hidden', '.hidden.png'],
    ['e\u202egnp.exe', 'egnp.exe'],
    ['a\r\nb\0c', 'abc.png'],
    ['\ud800', 'file.png'],
    ['x'.repeat(5000), `${'x'.repeat(251)}.png`],
  ])('named %j where it lies is kept as %j', async (given, kept) => {
    const { importer } = giving({ filename: given })
    const { stowage } = await openStowage({ importer, policy: ownerOnly() })
    expect((await stowage.as(alice).import({ url: 'https://x.example/' })).filename).toBe(kept)
  })

  it('keeps the filename that its details give', async () => {
    const { importer } = giving({ filename: 'theirs.png' })
    const { stowage } = await openStowage({ importer, policy: ownerOnly() })
    expect((await stowage.as(alice).import({ url: 'https://x.example/', filename: 'mine' })).filename).toBe('mine')
  })

  it('is asked of the policy before anything is fetched', async () => {
    const { importer, opened } = giving({})
    const { stowage } = await openStowage({ importer, policy: { rules: { read: everyone } } })
    await expect(stowage.as(alice).import({ url: 'https://x.example/' })).rejects.toMatchObject({ code: 'forbidden' })
    const { stowage: strict } = await openStowage({ importer, policy: { rules: { create: authenticated } } })
    await expect(strict.as(null).import({ url: 'https://x.example/' })).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(opened).toEqual([])
  })

  it('whose details are wrong, or without a URL, is refused before anything is fetched', async () => {
    const { importer, opened } = giving({})
    const fields = z.object({ album: z.string() })
    const { stowage } = await openStowage({ importer, policy: ownerOnly(), fields })
    const assets = stowage.as(alice)
    for (const input of [{ title: 5 }, { fields: {} }, { url: 7 }, { url: '' }, { filename: '../x' }]) {
      const wrong = { url: 'https://x.example/', fields: { album: 'a' }, ...input } as never
      await expect(assets.import(wrong)).rejects.toMatchObject({
        code: expect.stringMatching(/^(unprocessable|invalid_request)$/),
      })
    }
    expect(opened).toEqual([])
  })

  it('without an importer is refused, and the server says that it has none', async () => {
    const { stowage } = await openStowage({ policy: ownerOnly() })
    expect(stowage.canImport).toBe(false)
    await expect(stowage.as(alice).import({ url: 'https://x.example/' })).rejects.toMatchObject({ code: 'unsupported' })
  })

  it.each([
    ['the importer refuses it', {}, { open: new StowageError('unprocessable', 'No.') }, 'unprocessable'],
    ['it breaks off', { fails: new StowageError('bad_gateway', 'Cut.'), bytes: Buffer.alloc(200_000) }, {}, 'bad_gateway'],
    ['it announces too much', { sizeBytes: 900_000, bytes: Buffer.alloc(900_000) }, {}, 'content_too_large'],
    ['it sends too much', { bytes: Buffer.alloc(900_000) }, {}, 'content_too_large'],
    [
      'threat 69: its bytes are of another type than its name says',
      { bytes: Buffer.from('<!doctype html><form>'), contentType: 'image/jpeg', filename: 'a.jpg' },
      {},
      'unsupported_media_type',
    ],
    ['it has another digest', { bytes: Buffer.concat([PNG, PNG]) }, { sha256: sha256(PNG) }, 'checksum_mismatch'],
    ['it is empty', { bytes: Buffer.alloc(0) }, {}, 'invalid_request'],
    ['it is shorter than announced', { sizeBytes: PNG.byteLength + 1 }, {}, 'invalid_request'],
  ] as const)(
    'leaves no row, object, temporary file or usage when %s',
    async (_name, given, { open, sha256: wanted }: { open?: StowageError; sha256?: string }, code) => {
      const { importer, state } = giving(given)
      const failing = open ? { name: 'failing', open: () => Promise.reject(open) } : importer
      const { stowage, storage, metadata, root } = await openStowage({
        importer: failing,
        policy: ownerOnly(),
        accept: ['image/*', 'application/octet-stream'].slice(0, given && 'contentType' in given ? 1 : 2),
        limits: { maxBytes: 500_000 },
      })
      const before = await filesIn(root)
      const imported = stowage.as(alice).import({ url: 'https://x.example/', ...(wanted && { sha256: wanted }) })
      await expect(imported).rejects.toMatchObject({ code })
      await stowage.sweep()
      expect(await audit(storage, metadata)).toEqual([])
      expect(await metadata.getUsage('asset', '')).toEqual({ bytes: 0, count: 0 })
      expect(await filesIn(root)).toEqual(before)
      expect(state.returned).toBe(open ? 0 : 1)
    },
  )

  it('that is aborted in the middle ends at once and leaves nothing', async () => {
    const abort = new AbortController()
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000)
      abort.abort()
      await new Promise(() => undefined)
    }
    const importer: UrlImporter = {
      name: 'slow',
      open: async () => ({ body: slow(), contentType: null, filename: null, sizeBytes: null }),
    }
    const { stowage, storage, metadata } = await openStowage({ importer, policy: ownerOnly() })
    const imported = stowage.as(alice).import({ url: 'https://x.example/', signal: abort.signal })
    await expect(imported).rejects.toMatchObject({ code: 'aborted' })
    await stowage.sweep()
    expect(await audit(storage, metadata)).toEqual([])
  })

  it('that fails is logged with where it was to come from, without what opens that', async () => {
    const logged: unknown[] = []
    const note = (message: string, details?: object) => void logged.push([message, details])
    const logger = { debug: note, info: note, warn: note, error: note }
    const cause = new Error('GET https://u:s3cret@x.example/a?sig=s3cret is private')
    const importer: UrlImporter = {
      name: 'failing',
      open: () => Promise.reject(new StowageError('unprocessable', 'No.', { cause })),
    }
    const { stowage } = await openStowage({ importer, policy: ownerOnly(), logger })
    const url = 'https://u:s3cret@x.example/a/b?sig=s3cret#s3cret'
    await expect(stowage.as(alice).import({ url })).rejects.toThrow()
    expect(logged).toMatchObject([['An import failed.', { from: 'https://x.example/a/b', code: 'unprocessable', kind: 'asset' }]])
    expect(JSON.stringify(logged)).not.toMatch(/sig=s3cret|b\?sig|#s3cret/)
  })
})
