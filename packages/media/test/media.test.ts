import sharp from 'sharp'
import { afterAll, expect, it } from 'vitest'
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

it.each([{ children: 0 }, { memoryMiB: 10 }, { deadlineMs: 1.5 }, { tasksPerChild: 0 }])(
  'a bound that makes no sense is refused: %o',
  pool => {
    expect(() => media({ pool })).toThrow(/pool\.\w+ must be an integer/)
  },
)
