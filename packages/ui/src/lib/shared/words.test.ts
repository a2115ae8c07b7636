import { expect, it } from 'vitest'
import { accepts, acceptText } from './accepts.ts'
import { extensionOf, fileTypeOf } from './file-type.ts'
import { bytesText } from './format.ts'
import { troubleOf } from './trouble.ts'

it.each([
  ['', 'a.mov', 'video/quicktime', true],
  ['image/*', 'a.png', 'image/png', true],
  ['image/*', 'a.mov', 'video/quicktime', false],
  ['.txt, image/png', 'A.TXT', 'text/plain', true],
  ['image/png', 'a.jpg', 'image/jpeg', false],
  // No type is known: the API looks at the bytes.
  ['image/heic', 'a.heic', '', true],
  ['.heic', 'a.exe', '', false],
  ['*/*', 'a.exe', 'application/x-msdownload', true],
])('accept %j of %s (%s) is %s', (accept, name, type, expected) => {
  expect(accepts(accept, { name, type })).toBe(expected)
})

it('what is accepted is said in few words', () => {
  expect(acceptText('image/jpeg, image/png,image/svg+xml,video/*,.pdf', { video: 'videos' })).toBe('JPEG, PNG, SVG, videos, PDF')
  expect([acceptText('', {}), acceptText('*/*', {}), acceptText(undefined, {})]).toEqual(['', '', ''])
})

it('sizes are said as file managers say them', () => {
  expect([0, 1, 999, 1000, 1_250_000, 24_600_000, 5e9].map(bytes => bytesText(bytes, 'en'))).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 kB',
    '1.3 MB',
    '25 MB',
    '5 GB',
  ])
  expect(bytesText(1_250_000, 'de')).toBe('1,3 MB')
})

it('types have icons of their own', () => {
  const types = [
    'image/png',
    'application/pdf',
    'application/zip',
    'text/csv',
    'application/json',
    'audio/mpeg',
    'font/woff2',
    '',
  ]
  expect(types.map(fileTypeOf)).toEqual(['image', 'pdf', 'archive', 'text', 'text', 'audio', 'file', 'file'])
  expect(['a.png', 'a.tar.gz', 'Makefile', 'a.verylong'].map(extensionOf)).toEqual(['PNG', 'GZ', '', ''])
})

it.each([
  [{ code: 'network', status: 0 }, 'network'],
  [new TypeError('Failed to fetch'), 'network'],
  [{ status: 401 }, 'signedOut'],
  [{ status: 413, code: 'quota_exceeded' }, 'full'],
  [{ status: 413, code: 'content_too_large' }, 'tooLarge'],
  [{ status: 422 }, 'refused'],
  [{ status: 502 }, 'server'],
  [new Error('?'), 'refused'],
  [null, 'refused'],
])('%j is %s', (error, kind) => {
  expect(troubleOf(error).kind).toBe(kind)
})
