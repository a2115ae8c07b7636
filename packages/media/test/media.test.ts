import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, ownerOnly } from '@stowage/core'
import type { StorageAdapter } from '@stowage/core/contracts'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import sharp from 'sharp'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { media } from '../src/index.ts'
import { fileOf } from './pool/file-of.ts'

const parts = media({ pool: { children: 1, closeMs: 0, deadlineMs: 20_000 } })
afterAll(() => parts.transformer.close?.())

it('one call gives what createStowage takes: inspectors, processors, a transformer', () => {
  expect(parts.inspectors.map(({ name }) => name)).toEqual(['image'])
  expect(parts.processors.map(({ name }) => name)).toEqual(['image', 'pdf', 'av', 'text'])
  expect(parts.transformer.name).toBe('sharp')
})

it('a picture is drawn, and a text counted, by children of one pool', async () => {
  const picture = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#0a0' } })
    .jpeg()
    .toBuffer()
  const recipe = { width: 10, fit: 'inside', format: 'png', quality: 80 } as const
  const drawn = await parts.transformer.transform(fileOf(picture), recipe)
  expect(drawn).toMatchObject({ contentType: 'image/png', width: 10, height: 5 })

  const text = fileOf(Buffer.from('three small words\n'))
  const reported: unknown[] = []
  const input = {
    ...text,
    asset: { ...text.asset, contentType: 'text/plain' },
    resume: null,
    report: async (report: object) => {
      reported.push(report)
    },
  }
  const found = await parts.processors.find(({ accepts }) => accepts('text/plain'))?.process(input)
  expect(found).toMatchObject({ properties: { words: 3 } })
  expect(reported).toEqual([{ text: 'three small words\n' }])
})

it.skipIf(process.platform !== 'linux')('pictures on a local disk are not sent to a child: it reads them itself', async () => {
  const root = await mkdtemp(join(tmpdir(), 'stowage-media-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const disk = fsStorage({ root: join(root, 'objects') })
  let reads = 0
  const storage: StorageAdapter = {
    ...disk,
    get: (key, options) => {
      reads++
      return disk.get(key, options)
    },
  }
  const metadata = sqliteMetadata({ file: join(root, 'assets.db'), threads: false })
  const picture = defineKind({
    name: 'picture',
    policy: ownerOnly(),
    processing: { derivatives: { thumb: { width: 10 } }, answerAfter: 'done', waitMs: 60_000 },
  })
  const stowage = await createStowage({
    ...media({ pool: { children: 1, closeMs: 0, deadlineMs: 20_000 } }),
    storage,
    metadata,
    kinds: [picture],
  })
  onTestFinished(() => stowage.close())
  const body = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#0a0' } })
    .jpeg()
    .toBuffer()
  const assets = stowage.as({ id: 'alice' })
  const asset = await assets.upload({ body, filename: 'a.jpeg' })
  const { asset: thumb } = await assets.derivative({ id: asset.id }, 'thumb')
  expect([asset.processing, thumb.contentType, reads]).toEqual(['done', 'image/webp', 0])
})

it.each([{ children: 0 }, { memoryMiB: 10 }, { deadlineMs: 1.5 }, { tasksPerChild: 0 }])(
  'a bound that makes no sense is refused: %o',
  pool => {
    expect(() => media({ pool })).toThrow(/pool\.\w+ must be an integer/)
  },
)
