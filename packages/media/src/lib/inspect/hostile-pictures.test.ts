import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cornered } from '../../../test/pictures/cornered.ts'
import { bmp, heic } from '../../../test/pictures/handmade.ts'
import { traps } from '../../../test/pictures/traps.ts'
import { imageInspector } from './image-inspector.ts'

const inspector = imageInspector()
const inspect = (prefix: Uint8Array, contentType: string) =>
  inspector.inspect({ prefix: prefix.subarray(0, 65_536), contentType, sizeBytes: prefix.length })

const svg = '<?xml version="1.0"?><!-- one --><svg xmlns="http://www.w3.org/2000/svg" width="3cm" viewBox="0 0 30 20"/>'
const files = new Map<string, Buffer>([
  ['image/jpeg', await cornered('jpeg', 6)],
  ['image/png', await cornered('png', 6)],
  ['image/webp', await cornered('webp', 6)],
  ['image/tiff', await cornered('tiff', 6)],
  ['image/avif', await cornered('avif', 6)],
  ['image/gif', await cornered('gif')],
  ['image/heic', heic(4032, 3024, { quarterTurns: 1, clap: [4000, 3000] })],
  ['image/bmp', bmp(4, 4)],
  ['image/svg+xml', Buffer.from(svg)],
])

const zeros = Buffer.alloc(60_000)
describe('threat 41: pictures made to keep a parser busy', () => {
  it.each([...traps])('%s', async (_, [contentType, file]) => {
    expect(await inspect(file, contentType)).toBeNull()
  })

  it('formats that only a child may read are not looked at', async () => {
    for (const type of ['icns', 'jxl', 'jp2', 'x-icon', 'vnd.adobe.photoshop', 'x-xcf'])
      expect(await inspect(zeros, `image/${type}`)).toBeNull()
  })
})

describe('damaged pictures', () => {
  it('a GIF of empty blocks has its screen, and no frames that anyone saw', async () => {
    const blocks = Buffer.alloc(60_000, Buffer.from([0x21, 0xfe, 0]))
    const file = Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'), blocks])
    expect(await inspect(file, 'image/gif')).toEqual({ width: 1, height: 1, properties: {} })
  })

  it.each([...files.keys()])('%s: cut anywhere, the answer is right or none', async contentType => {
    const file = files.get(contentType) ?? zeros
    const whole = await inspect(file, contentType)
    expect(whole).not.toBeNull()
    for (let length = 0; length < Math.min(file.length, 1500); length++) {
      const found = await inspect(file.subarray(0, length), contentType)
      if (found) expect([found.width, found.height]).toEqual([whole?.width, whole?.height])
    }
  })

  it.each([...files.keys()])('%s: with any bytes changed, the answer is sane or none', async contentType => {
    const file = files.get(contentType) ?? zeros
    const change = fc.tuple(fc.nat(Math.min(file.length, 1500) - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff, 0x2a))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async changes => {
        const changed = Buffer.from(file)
        for (const [at, value] of changes) changed[at] = value
        const found = await inspect(changed, contentType)
        if (!found) return
        expect(Number.isSafeInteger(found.width) && Number.isSafeInteger(found.height)).toBe(true)
        expect(Math.min(found.width ?? 0, found.height ?? 0)).toBeGreaterThan(0)
        expect(JSON.stringify(found.properties).length).toBeLessThan(400)
      }),
      { numRuns: 300 },
    )
  })
})
