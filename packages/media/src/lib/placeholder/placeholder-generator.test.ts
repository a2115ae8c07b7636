import { isStowageError } from '@stowage/core/contracts'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { charactersOf, drawPlaceholder } from './drawing.ts'
import { fontLoader } from './fonts.ts'
import { toMarks, visibleText } from './glyphs.ts'
import { fitText } from './layout.ts'
import { placeholderGenerator } from './placeholder-generator.ts'

const generator = placeholderGenerator()
const loadFonts = fontLoader()

async function bytesOf(prompt: string, aspectRatio: '1:1' | '16:9' | '9:16' | '4:3' | '3:4' = '1:1', from = generator) {
  const { body } = await from.generate({ prompt, aspectRatio })
  return body as Uint8Array
}

/** Share of nearly white pixels in a part of a picture, given as fractions of its sides. */
async function whiteShare(picture: Uint8Array, part: { top: number; height: number }) {
  const { width, height } = await sharp(picture).metadata()
  const area = { left: 0, top: Math.floor(height * part.top), width, height: Math.floor(height * part.height) }
  const pixels = await sharp(picture).extract(area).greyscale().raw().toBuffer()
  return pixels.filter(value => value > 200).length / pixels.length
}

describe('the placeholder picture', () => {
  it.each([
    ['1:1', 1024, 1024],
    ['16:9', 1024, 576],
    ['9:16', 576, 1024],
    ['4:3', 1024, 768],
    ['3:4', 768, 1024],
  ] as const)('has the pixels of %s', async (ratio, width, height) => {
    const picture = await generator.generate({ prompt: 'A lighthouse', aspectRatio: ratio })
    expect(picture.contentType).toBe('image/jpeg')
    expect(await sharp(picture.body as Uint8Array).metadata()).toMatchObject({ format: 'jpeg', width, height })
  })

  it('is a PNG of the asked size where that is wanted', async () => {
    const small = placeholderGenerator({ format: 'png', longerSidePx: 320 })
    const picture = await small.generate({ prompt: 'A lighthouse', aspectRatio: '16:9' })
    expect(picture.contentType).toBe('image/png')
    expect(await sharp(picture.body as Uint8Array).metadata()).toMatchObject({ format: 'png', width: 320, height: 180 })
  })

  it('is the same for the same prompt and another for another', async () => {
    const first = await bytesOf('A lighthouse')
    expect(Buffer.compare(first, await bytesOf('A lighthouse', '1:1', placeholderGenerator()))).toBe(0)
    expect(Buffer.compare(first, await bytesOf('A lighthouse at night'))).not.toBe(0)
  })

  it('shows its title, the words and its note', async () => {
    const picture = await bytesOf('A lighthouse on a cliff')
    expect(await whiteShare(picture, { top: 0.05, height: 0.06 })).toBeGreaterThan(0.1)
    expect(await whiteShare(picture, { top: 0.14, height: 0.1 })).toBeGreaterThan(0.05)
    expect(await whiteShare(picture, { top: 0.91, height: 0.05 })).toBeGreaterThan(0.01)
  })
})

describe('the words', () => {
  async function lay(prompt: string) {
    const fonts = await loadFonts(charactersOf(prompt))
    const [ellipsis] = toMarks('…', fonts)
    const { text, isCut } = visibleText(prompt)
    if (!ellipsis) throw new Error('no ellipsis')
    return fitText(toMarks(text, fonts), { x: 0, y: 0, width: 900, height: 700 }, ellipsis, isCut)
  }

  it('are large when few, smaller when many, and cut only at the smallest size', async () => {
    const [few, many, tooMany] = await Promise.all(['A boat', 'A boat. '.repeat(60), 'A boat. '.repeat(500)].map(lay))
    expect(few).toMatchObject({ isCut: false })
    expect(few?.lines).toHaveLength(1)
    expect(many).toMatchObject({ isCut: false })
    expect(few?.size).toBeGreaterThan(many?.size ?? 0)
    expect(many?.size).toBeGreaterThan(tooMany?.size ?? 0)
    expect(tooMany).toMatchObject({ isCut: true })
  })

  it('never leave their area, even as one endless word', async () => {
    const { lines, size } = await lay('W'.repeat(4000))
    for (const line of lines) expect(line.reduce((sum, mark) => sum + mark.width, 0) * size).toBeLessThanOrEqual(900)
    expect(lines.length * size).toBeLessThanOrEqual(700)
  })

  it.each(['Ünïcødé', 'Ελληνικά', 'Привет', 'Tiếng Việt', '100 € – “done”'])('%s are drawn with a font', async text => {
    const marks = toMarks(visibleText(text).text, await loadFonts(text))
    const box = toMarks('日', await loadFonts('日'))[0]
    expect(marks.every(mark => mark !== box)).toBe(true)
  })

  it('that no font has become one box for each character', async () => {
    const text = '日本🙂👨‍👩‍👧'
    const marks = toMarks(visibleText(text).text, await loadFonts(text))
    expect(marks).toHaveLength(4)
    expect(new Set(marks).size).toBe(1)
    expect(marks[0]?.path(0, 20, 20)).toMatch(/^M[\d. HVZM-]+Z$/)
  })

  it('lose control, bidi and zero-width characters', () => {
    expect(visibleText('a\u0000b\u202ec\u200bd\r\n\te\u{feff}').text).toBe('a bcd e')
  })
})

describe('hostile prompts', () => {
  it('never reach the markup as text', async () => {
    const prompt = '</svg><script>alert(1)</script><image href="file:///etc/passwd"/>&xxe; ]]>'
    const svg = drawPlaceholder(prompt, '1:1', 1024, await loadFonts(charactersOf(prompt)))
    expect(svg).not.toMatch(/script|image|passwd|xxe|]]>/)
  })

  it('of any characters give a picture', async () => {
    const small = placeholderGenerator({ longerSidePx: 64 })
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), fc.nat(0xffff), async (text, unit) => {
        const picture = await bytesOf(`x${text}${String.fromCharCode(unit)}`, '4:3', small)
        expect((await sharp(picture).metadata()).width).toBe(64)
      }),
      { numRuns: 60 },
    )
  })

  it('of 4000 characters with thousands of accents are drawn', async () => {
    expect((await bytesOf(`a${'\u0301'.repeat(3999)}`)).length).toBeGreaterThan(1000)
    expect((await bytesOf('\ud83d'.repeat(4000))).length).toBeGreaterThan(1000)
  })
})

describe('refusals', () => {
  it.each([{ format: 'gif' }, { longerSidePx: 63 }, { longerSidePx: 4097 }, { longerSidePx: 100.5 }])(
    'of the option %j',
    options => {
      expect(() => placeholderGenerator(options as object)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    },
  )

  it('of an empty prompt and an unknown ratio', async () => {
    await expect(generator.generate({ prompt: ' ', aspectRatio: '1:1' })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(generator.generate({ prompt: 'a', aspectRatio: '2:1' as '1:1' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  it('to draw for a caller who gave up', async () => {
    const error = await generator.generate({ prompt: 'a', aspectRatio: '1:1', signal: AbortSignal.abort() }).catch(e => e)
    expect(isStowageError(error, 'aborted')).toBe(true)
  })
})
