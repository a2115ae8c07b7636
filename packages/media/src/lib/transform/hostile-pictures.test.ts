import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type PictureRecipe, StowageError } from '@stowage/core/contracts'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { bombs, gif } from '../../../test/pictures/bombs.ts'
import { cornered } from '../../../test/pictures/cornered.ts'
import { fileOf } from '../../../test/pictures/file-of.ts'
import { parserPool } from '../pool/parser-pool.ts'
import { pictureTransformer } from './picture-transformer.ts'

const pool = parserPool({ children: 2, deadlineMs: 60_000 })
const transformer = pictureTransformer(pool)
afterAll(() => pool.close())

function transform(bytes: Uint8Array, contentType: string, recipe: PictureRecipe = {}) {
  return transformer.transform(fileOf(bytes, contentType), { fit: 'inside', format: 'webp', quality: 80, width: 40, ...recipe })
}

async function refusal(bytes: Uint8Array, contentType: string, recipe?: PictureRecipe): Promise<StowageError> {
  const answer = await transform(bytes, contentType, recipe).catch((error: unknown) => error)
  if (answer instanceof StowageError) return answer
  throw new Error(`It was drawn, or failed otherwise: ${String(answer)}`)
}

describe('threat 38: pictures that are far larger than their file', () => {
  it.each([...bombs.keys()])('%s is refused at once, for good', async title => {
    const [contentType, file, words] = bombs.get(title) ?? ['', Buffer.alloc(0), /./]
    expect(file.length).toBeLessThan(400_000)
    const error = await refusal(file, contentType)
    expect(error).toMatchObject({ code: 'unprocessable', retryable: false })
    expect(error.message).toMatch(words)
  })

  it('a result that would be far larger than its source is refused too', async () => {
    const line = await sharp({ create: { width: 2, height: 20_000, channels: 3, background: '#123' } })
      .png()
      .toBuffer()
    expect(await refusal(line, 'image/png', { width: 4096, fit: 'cover' })).toMatchObject({
      code: 'unprocessable',
      retryable: false,
    })
    expect(await refusal(line, 'image/png', { width: 2 })).toMatchObject({
      message: 'The picture would be too large for its format.',
    })
  })

  it('an animation of too many frames to be written shows its first', async () => {
    expect((await sharp((await transform(gif(1, 400), 'image/gif')).body).metadata()).pages).toBe(400)
    expect((await sharp((await transform(gif(1, 600), 'image/gif')).body).metadata()).pages ?? 1).toBe(1)
  })
})

describe('damaged pictures', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)('%s: cut off, it is refused for good', async format => {
    const noise = {
      create: {
        width: 120,
        height: 80,
        channels: 3 as const,
        noise: { type: 'gaussian' as const, mean: 128, sigma: 40 },
        background: '#000',
      },
    }
    const file = await sharp(noise)[format]({}).toBuffer()
    const error = await refusal(file.subarray(0, Math.floor(file.length * 0.6)), `image/${format}`)
    expect(error).toMatchObject({ code: 'unprocessable', retryable: false })
    expect(error.message).toMatch(/damaged or cut off/)
  })

  it('bytes of another type than was decided are not drawn', async () => {
    expect(await refusal(await cornered('png'), 'image/jpeg')).toMatchObject({ code: 'unprocessable', retryable: false })
    expect(await refusal(Buffer.from('<svg width="9" height="9"/>'), 'image/png')).toMatchObject({ retryable: false })
    expect(await refusal(Buffer.alloc(2000, 7), 'image/webp')).toMatchObject({ retryable: false })
  })

  it('the next picture is drawn by the same pool', async () => {
    expect(await transform(await cornered('jpeg'), 'image/jpeg')).toMatchObject({ width: 40 })
  })
})

describe('threat 33: SVG', () => {
  const svg = (content: string, head = '') =>
    Buffer.from(
      `${head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80" height="40">${content}</svg>`,
    )

  it('is drawn at its own size, never enlarged', async () => {
    const drawn = await transform(svg('<rect width="80" height="40" fill="#0f0"/>'), 'image/svg+xml', {
      width: 400,
      format: 'png',
    })
    expect(drawn).toMatchObject({ width: 80, height: 40 })
  })

  it('shows a picture that it holds itself', async () => {
    const red = await sharp({ create: { width: 80, height: 40, channels: 3, background: '#f00' } })
      .png()
      .toBuffer()
    expect(
      await reddest(svg(`<image width="80" height="40" href="data:image/png;base64,${red.toString('base64')}"/>`)),
    ).toBeGreaterThan(200)
  })

  it('loads nothing from outside: neither files, nor addresses, nor entities', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.end(
        '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect id="r" width="80" height="40" fill="#f00"/></svg>',
      )
    })
    const folder = await mkdtemp(join(tmpdir(), 'stowage-svg-'))
    try {
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      const red = await sharp({ create: { width: 80, height: 40, channels: 3, background: '#f00' } })
        .png()
        .toBuffer()
      await writeFile(join(folder, 'red.png'), red)
      await writeFile(join(folder, 'red.svg'), svg('<rect id="r" width="80" height="40" fill="#f00"/>'))
      await writeFile(join(folder, 'red.txt'), '#f00')
      const file = pathToFileURL(folder).href
      const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const entity = `<!DOCTYPE svg [<!ENTITY colour SYSTEM "${file}/red.txt">]>`
      for (const at of [file, web, folder]) {
        const content = [
          `<image width="80" height="40" xlink:href="${at}/red.png"/>`,
          `<image width="80" height="40" href="${at}/red.svg"/>`,
          `<use href="${at}/red.svg#r"/>`,
          `<style>@import url("${at}/red.css"); rect { fill: url("${at}/red.svg#r") }</style><rect width="80" height="40"/>`,
          `<feImage href="${at}/red.png"/>`,
        ]
        expect(await reddest(svg(content.join('')))).toBeLessThan(100)
      }
      expect(await reddest(svg('<rect width="80" height="40" fill="&colour;"/>', entity))).toBeLessThan(100)
      expect(asked).toEqual([])
    } finally {
      server.close()
      await rm(folder, { recursive: true })
    }
  })

  /** The most red of all pixels; 0 where nothing was drawn. */
  async function reddest(source: Buffer): Promise<number> {
    const answer = await transform(source, 'image/svg+xml', { width: 80, format: 'jpeg' }).catch((error: unknown) => error)
    if (answer instanceof StowageError) return 0
    const { channels } = await sharp((answer as { body: Uint8Array }).body).stats()
    const [red, green] = channels
    return (red?.max ?? 0) - (green?.min ?? 0)
  }
})
