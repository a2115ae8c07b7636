import { CRC32C } from '@google-cloud/storage'
import { expect, test } from 'vitest'
import { crc32c, crc32cText } from './crc32c.ts'

test('the checksum of the standard, and that of the client library, at any length, offset and cut', () => {
  expect(crc32cText(crc32c(Buffer.from('123456789')))).toBe('4waSgw==')
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 89 + (i >> 3)) & 0xff))
  for (let start = 0; start < 9; start += 1) {
    for (const end of [start, start + 1, start + 31, start + 32, start + 33, 255, 300]) {
      const part = bytes.subarray(start, end)
      const library = new CRC32C()
      library.update(part)
      expect(crc32cText(crc32c(part)), `${start} to ${end}`).toBe(library.toString())
      expect(crc32c(part.subarray(7), crc32c(part.subarray(0, 7)))).toBe(crc32c(part))
    }
  }
})
