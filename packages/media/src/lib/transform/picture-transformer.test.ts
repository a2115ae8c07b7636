import { deflateSync } from 'node:zlib'
import type { PictureFormat, PictureRecipe } from '@stowage/core/contracts'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { cornered, cornersOf, orientations, seen, uprightCorners } from '../../../test/pictures/cornered.ts'
import { fileOf } from '../../../test/pictures/file-of.ts'
import { pngChunk, withPngChunks } from '../../../test/pictures/handmade.ts'
import { parserPool } from '../pool/parser-pool.ts'
import { pictureTransformer } from './picture-transformer.ts'

const pool = parserPool({ children: 2 })
const transformer = pictureTransformer(pool)
afterAll(() => pool.close())

function transform(bytes: Uint8Array, contentType: string, recipe: PictureRecipe = {}) {
  return transformer.transform(fileOf(bytes, contentType), { fit: 'inside', format: 'webp', quality: 80, ...recipe })
}

const formats: readonly PictureFormat[] = ['jpeg', 'png', 'webp', 'avif']

async function colourOf(picture: Uint8Array): Promise<number[]> {
  const { data } = await sharp(picture).resize(1, 1).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return [...data]
}

describe('orientation', () => {
  it.each((['jpeg', 'webp'] as const).flatMap(format => orientations.map(orientation => [format, orientation] as const)))(
    'of a %s with orientation %i is applied, once',
    async (format, orientation) => {
      const drawn = await transform(await cornered(format, orientation), `image/${format}`, { width: 48, format: 'png' })
      expect(drawn).toMatchObject({ width: 48, height: 32, contentType: 'image/png' })
      expect(await cornersOf(drawn.body)).toEqual(uprightCorners)
    },
  )

  it.each(['png', 'tiff', 'avif'] as const)('of a %s is applied too', async format => {
    const drawn = await transform(await cornered(format, 6), `image/${format}`, { height: 32, format: 'jpeg' })
    expect(drawn).toMatchObject({ width: 48, height: 32 })
    expect(await cornersOf(drawn.body)).toEqual(uprightCorners)
    expect((await sharp(drawn.body).metadata()).orientation).toBeUndefined()
  })
})

describe('metadata', () => {
  it.each(formats)('threat 43: neither position nor words get into a %s', async format => {
    const secret = 'not for the world'
    const source = await sharp(await cornered('jpeg'))
      .withExif({ IFD0: { Artist: secret }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
      .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><note>${secret.repeat(50_000)}</note></x:xmpmeta>`)
      .withIccProfile('p3')
      .webp()
      .toBuffer()
    expect(source.includes(secret)).toBe(true)
    const { body } = await transform(source, 'image/webp', { width: 40, format })
    const { exif, xmp, iptc, icc } = await sharp(body).metadata()
    expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined])
    expect(Buffer.from(body).includes(secret)).toBe(false)
    expect(body.length).toBeLessThan(10_000)
    expect(icc === undefined || Buffer.from(icc).toString('latin1').includes('sRGB') || format === 'avif').toBe(true)
  })
})

describe('colour', () => {
  const red = { create: { width: 60, height: 40, channels: 3 as const, background: '#c8321e' } }
  const near = (colour: readonly number[], by: number) => {
    const off = [200, 50, 30].map((value, n) => Math.abs((colour[n] ?? 0) - value))
    expect(Math.max(...off)).toBeLessThanOrEqual(by)
  }

  it('of a wide profile becomes sRGB', async () => {
    const { icc } = await sharp(await sharp(red).withIccProfile('p3').png().toBuffer()).metadata()
    const profile = pngChunk('iCCP', Buffer.concat([Buffer.from('P3\0\0'), deflateSync(icc ?? Buffer.alloc(0))]))
    const wide = withPngChunks(await sharp(red).png().toBuffer(), 'IDAT', profile)
    const [r = 0, g = 255, b = 255] = await colourOf((await transform(wide, 'image/png', { width: 30, format: 'png' })).body)
    expect(r > 208 && g < 40 && b < 20).toBe(true)
  })

  it('of CMYK becomes sRGB', async () => {
    const cmyk = await sharp(red).toColourspace('cmyk').jpeg().toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    const { body } = await transform(cmyk, 'image/jpeg', { width: 30, format: 'png' })
    expect((await sharp(body).metadata()).space).toBe('srgb')
    near(await colourOf(body), 35)
  })

  it('of 16 bits and of grey becomes 8 bits', async () => {
    const deep = await sharp(red).toColourspace('rgb16').png().toBuffer()
    expect((await sharp(deep).metadata()).depth).toBe('ushort')
    const drawn = await transform(deep, 'image/png', { width: 30, format: 'png' })
    expect((await sharp(drawn.body).metadata()).depth).toBe('uchar')
    near(await colourOf(drawn.body), 2)
    const grey = await sharp(red).greyscale().png().toBuffer()
    expect(await transform(grey, 'image/png', { width: 30, format: 'jpeg' })).toMatchObject({ width: 30, height: 20 })
  })

  it('of progressive JPEGs and interlaced PNGs stays', async () => {
    near(
      await colourOf(
        (await transform(await sharp(red).jpeg({ progressive: true, quality: 95 }).toBuffer(), 'image/jpeg', { width: 30 })).body,
      ),
      8,
    )
    near(
      await colourOf((await transform(await sharp(red).png({ progressive: true }).toBuffer(), 'image/png', { width: 30 })).body),
      8,
    )
  })
})

describe('transparency', () => {
  const clear = sharp({ create: { width: 60, height: 40, channels: 4, background: '#00ff0000' } }).png()

  it('becomes white in a JPEG, and stays in the others', async () => {
    const source = await clear.clone().toBuffer()
    expect(
      (await colourOf((await transform(source, 'image/png', { width: 30, format: 'jpeg' })).body)).every(value => value > 250),
    ).toBe(true)
    for (const format of ['png', 'webp', 'avif'] as const)
      expect((await colourOf((await transform(source, 'image/png', { width: 30, format })).body))[3]).toBe(0)
  })

  it('pads what is contained, and white does in a JPEG', async () => {
    const source = await cornered('jpeg')
    const corner = async (format: PictureFormat) => {
      const { body } = await transform(source, 'image/jpeg', { width: 64, height: 64, fit: 'contain', format })
      return colourOf(await sharp(body).extract({ left: 0, top: 0, width: 4, height: 4 }).png().toBuffer())
    }
    expect((await corner('png'))[3]).toBe(0)
    expect((await corner('jpeg')).every(value => value > 250)).toBe(true)
  })
})

describe('the box', () => {
  const sides = { ...seen }
  it.each([
    ['inside keeps the ratio', { width: 48, height: 48 }, 48, 32],
    ['inside never enlarges', { width: 4000, height: 4000 }, sides.width, sides.height],
    ['inside by one side', { height: 16 }, 24, 16],
    ['cover fills it', { width: 40, height: 40, fit: 'cover' }, 40, 40],
    ['contain fills it', { width: 40, height: 40, fit: 'contain' }, 40, 40],
    ['fill stretches', { width: 40, height: 10, fit: 'fill' }, 40, 10],
    ['fill by one side keeps the ratio', { width: 48, fit: 'fill' }, 48, 32],
    ['cover by one side enlarges', { height: 128, fit: 'cover' }, 192, 128],
    ['no side at all: only the format', {}, sides.width, sides.height],
  ] as const)('%s', async (_, recipe, width, height) => {
    const { body, ...facts } = await transform(await cornered('jpeg'), 'image/jpeg', { ...recipe, format: 'jpeg' })
    expect(facts).toEqual({ width, height, contentType: 'image/jpeg' })
    expect(await sharp(body).metadata()).toMatchObject({ format: 'jpeg', width, height })
  })

  it('cover cuts the same from both sides', async () => {
    const { body } = await transform(await cornered('png'), 'image/png', { width: 40, height: 40, fit: 'cover', format: 'png' })
    expect(await cornersOf(body)).toEqual(uprightCorners)
  })

  it('the same file and recipe give the same bytes', async () => {
    const source = await cornered('jpeg', 5)
    for (const format of formats) {
      const once = await transform(source, 'image/jpeg', { width: 40, format })
      expect(Buffer.compare(once.body, (await transform(source, 'image/jpeg', { width: 40, format })).body)).toBe(0)
    }
  })

  it('a lower quality takes fewer bytes', async () => {
    const noise = {
      create: {
        width: 200,
        height: 200,
        channels: 3 as const,
        noise: { type: 'gaussian' as const, mean: 128, sigma: 40 },
        background: '#000',
      },
    }
    const source = await sharp(noise).png().toBuffer()
    for (const format of ['jpeg', 'webp', 'avif'] as const) {
      const high = await transform(source, 'image/png', { width: 150, format, quality: 90 })
      expect((await transform(source, 'image/png', { width: 150, format, quality: 20 })).body.length).toBeLessThan(
        high.body.length / 2,
      )
    }
  })
})

describe('animations', () => {
  const moving = async (format: 'gif' | 'webp', count: number) => {
    const frames = Array.from({ length: count }, (_, n) =>
      sharp({ create: { width: 60, height: 40, channels: 3, background: { r: 20 * n, g: 200 - 20 * n, b: 90 } } })
        .png()
        .toBuffer(),
    )
    return sharp(await Promise.all(frames), { join: { animated: true } })
      [format]({ delay: frames.map(() => 70), loop: 0 })
      .toBuffer()
  }

  it.each(['gif', 'webp'] as const)('%s: a WebP moves on, at the same pace', async format => {
    const drawn = await transform(await moving(format, 6), `image/${format}`, { width: 30 })
    expect(drawn).toMatchObject({ width: 30, height: 20 })
    expect(await sharp(drawn.body).metadata()).toMatchObject({ pages: 6, height: 20, delay: [70, 70, 70, 70, 70, 70] })
  })

  it.each(['jpeg', 'png', 'avif'] as const)('a %s shows the first frame', async format => {
    const drawn = await transform(await moving('gif', 6), 'image/gif', { width: 30, format })
    expect(drawn).toMatchObject({ width: 30, height: 20 })
    const [red = 255, green = 0] = await colourOf(drawn.body)
    expect(red < 30 && green > 180).toBe(true)
  })
})
