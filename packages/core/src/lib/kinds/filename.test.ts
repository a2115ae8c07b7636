import { describe, expect, it } from 'vitest'
import { cleanFilename, keySafeFilename, suffixFilename } from './filename.ts'

describe('a filename that a client sent', () => {
  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['C:\\fakepath\\photo.jpg', 'photo.jpg'],
    ['holiday/2026/photo.jpg', 'photo.jpg'],
    ['  spaced name.png ', 'spaced name.png'],
    ['na\u200bme\ufeff.txt', 'name.txt'],
    ['', 'file'],
    ['.', 'file'],
    ['folder/', 'file'],
    ['%2e%2e%2fpasswd', '%2e%2e%2fpasswd'],
    ['e\u0301.txt', 'e\u0301.txt'],
    [`${'a'.repeat(254)} b`, 'a'.repeat(254)],
  ])('%j is kept as %j', (given, kept) => {
    expect(cleanFilename(given)).toBe(kept)
  })

  it.each(
    [
      '../passwd',
      '..\\passwd',
      'a/../b',
      '..',
      '.. ',
      'a/\u200b..',
      'a\0.jpg',
      'a\r\nb',
      'a\x1b[0m',
      'a\x85b',
      'gpj\u202etxt.exe',
      'a\u2066b',
      '\ud800.jpg',
      'x'.repeat(5000),
    ].map(given => [given.slice(0, 20), given]),
  )('%j is refused', (_shown, given) => {
    expect(() => cleanFilename(given)).toThrow(
      expect.objectContaining({ code: 'invalid_request', details: { field: 'filename' } }),
    )
  })

  it('is cut to 255 bytes on a code point, keeping its extension', () => {
    const cut = cleanFilename(`${'é'.repeat(300)}.jpeg`)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(255)
    expect(cut).toMatch(/^é+\.jpeg$/)
  })

  it('gets a suffix before its extension and still fits', () => {
    expect(suffixFilename('logo.png', 'a1b2c3d4')).toBe('logo-a1b2c3d4.png')
    expect(suffixFilename('README', 'a1b2c3d4')).toBe('README-a1b2c3d4')
    expect(Buffer.byteLength(suffixFilename(`${'x'.repeat(251)}.png`, 'a1b2c3d4'))).toBe(255)
  })

  it.each([
    ['über photo (1).JPG', 'uber-photo-1.JPG'],
    ['../../x', 'x'],
    ['日本.png', 'file.png'],
    ['.htaccess', 'htaccess'],
  ])('%j is %j within a key', (given, safe) => {
    expect(keySafeFilename(given)).toBe(safe)
  })
})
