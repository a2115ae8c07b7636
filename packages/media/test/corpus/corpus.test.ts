import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeCorpus } from './make-corpus.ts'
import { ORIENTATIONS } from './pictures.ts'
import { CORNERS } from './scene.ts'

let folder: string
let names: readonly string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-corpus-'))
  names = await makeCorpus(folder, { photoWidth: 480 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('holds a whole, a corrupt and a truncated file of each kind', async () => {
  const whole = names.filter(name => names.includes(name.replace('.', '-corrupt.')))
  expect(whole.length).toBeGreaterThanOrEqual(12)
  for (const name of whole) {
    const [bytes, corrupt, truncated] = await Promise.all(
      [name, name.replace('.', '-corrupt.'), name.replace('.', '-truncated.')].map(each => readFile(join(folder, each))),
    )
    expect(corrupt?.length).toBe(bytes?.length)
    expect(corrupt).not.toEqual(bytes)
    expect(truncated?.length).toBeLessThan(bytes?.length ?? 0)
  }
})

it.each(ORIENTATIONS)('photo with orientation %i is upright for whoever honours it, and only then', async orientation => {
  const path = join(folder, `photo-orientation-${orientation}.jpg`)
  expect((await sharp(path).metadata()).orientation).toBe(orientation)
  expect(await cornersOf(sharp(path).autoOrient())).toEqual(Object.values(CORNERS))
  if (orientation !== 1) expect(await cornersOf(sharp(path))).not.toEqual(Object.values(CORNERS))
})

it('photos carry a position', async () => {
  const { exif } = await sharp(join(folder, 'photo.jpg')).metadata()
  // Tag 0x8825 points at the GPS directory.
  expect(exif?.includes(Buffer.from([0x88, 0x25])) || exif?.includes(Buffer.from([0x25, 0x88]))).toBe(true)
})

it('animations have twelve frames, the PNG an alpha channel', async () => {
  expect((await sharp(join(folder, 'animated.webp')).metadata()).pages).toBe(12)
  expect((await sharp(join(folder, 'animated.gif')).metadata()).pages).toBe(12)
  expect(await sharp(join(folder, 'logo.png')).metadata()).toMatchObject({ hasAlpha: true, width: 120 })
})

it('the long PDF is one', async () => {
  const { size } = await stat(join(folder, 'book-1000-pages.pdf'))
  expect(size).toBeGreaterThan(2_000_000)
  const text = await readFile(join(folder, 'book-1000-pages.pdf'), 'latin1')
  expect(text.match(/\/Type \/Page /g)).toHaveLength(1000)
})

/** Colours in the middle of each corner's patch, each to the nearest of the four. */
async function cornersOf(image: ReturnType<typeof sharp>): Promise<readonly string[]> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const inset = Math.round(Math.max(info.width, info.height) / 16)
  const at = (x: number, y: number): string => nearest([...data.subarray((y * info.width + x) * 3).subarray(0, 3)])
  const [right, bottom] = [info.width - 1 - inset, info.height - 1 - inset]
  return [at(inset, inset), at(right, inset), at(inset, bottom), at(right, bottom)]
}

function nearest(colour: readonly number[]): string {
  const distance = (hex: string): number =>
    colour.reduce((sum, value, index) => sum + Math.abs(value - Number.parseInt(hex.slice(1 + index * 2, 3 + index * 2), 16)), 0)
  return Object.values(CORNERS).toSorted((one, other) => distance(one) - distance(other))[0] ?? ''
}
