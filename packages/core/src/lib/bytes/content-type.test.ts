import { describe, expect, it } from 'vitest'
import { decideContentType, isAccepted, typeOfContent } from './content-type.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const JPEG = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  Buffer.from('<script>alert(1)</script>'),
])
const BELIEVED = ['text/plain', 'text/csv', 'application/json']
const text = (value: string) => Buffer.from(value)

describe('the content type', () => {
  it.each([
    ['PNG bytes whatever was declared', PNG, 'text/html', 'image/png'],
    ['JPEG bytes with markup behind them', JPEG, 'text/html', 'image/jpeg'],
    ['a PDF declared as an image', text('%PDF-1.7\n'), 'image/png', 'application/pdf'],
    ['text declared as text', text('hello'), 'text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
    ['text declared as text in another charset', text('hello'), 'Text/Plain; charset=latin1', 'text/plain'],
    ['text with nothing declared', text('hello'), undefined, 'application/octet-stream'],
    ['binary declared as text', Buffer.from([0, 1, 2, 3]), 'text/plain', 'application/octet-stream'],
    ['text declared as an image', text('hello'), 'image/png', 'application/octet-stream'],
    ['HTML declared as HTML', text('<!doctype html><script>'), 'text/html', 'application/octet-stream'],
    ['bare SVG', text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'image/svg+xml', 'application/octet-stream'],
    ['SVG with a prolog', text('<?xml version="1.0"?><svg/>'), 'image/svg+xml', 'application/octet-stream'],
    ['nothing known', text(''), 'nonsense', 'application/octet-stream'],
  ])('of %s', async (_what, bytes, declared, decided) => {
    expect(await decideContentType(bytes, declared, BELIEVED)).toBe(decided)
  })

  it('is SVG where the kind believes it and the bytes agree', async () => {
    const believed = ['image/svg+xml']
    expect(
      await decideContentType(text('<?xml version="1.0"?>\n<!-- a -->\n<svg viewBox="0 0 1 1"/>'), 'image/svg+xml', believed),
    ).toBe('image/svg+xml')
    expect(await decideContentType(text('<svg/>'), 'image/svg+xml', believed)).toBe('image/svg+xml')
    expect(await decideContentType(text('<html><svg/>'), 'image/svg+xml', believed)).toBe('application/octet-stream')
    expect(await decideContentType(PNG, 'image/svg+xml', believed)).toBe('image/png')
  })

  it('of text survives a character that the prefix cuts in two', async () => {
    const cut = Buffer.from('aé').subarray(0, 2)
    expect(await decideContentType(cut, 'text/plain', BELIEVED)).toBe('text/plain')
  })

  it('has a class and is held against what a kind accepts', () => {
    expect(['image/png', 'application/pdf', 'text/csv', 'application/zip', 'application/x-thing'].map(typeOfContent)).toEqual([
      'image',
      'pdf',
      'text',
      'archive',
      'file',
    ])
    expect(isAccepted('image/png', ['image/*'])).toBe(true)
    expect(isAccepted('text/plain; charset=utf-8', ['text/plain'])).toBe(true)
    expect(isAccepted('imagex/png', ['image/*'])).toBe(false)
  })
})
