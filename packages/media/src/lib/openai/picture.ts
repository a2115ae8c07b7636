import { StowageError } from '@stowage/core/contracts'

/**
 * Decodes what the API calls a picture and looks at its first bytes.
 * @throws StowageError `bad_gateway` where it is absent, too large, not base64 or not a JPEG, PNG or WebP
 */
export function decodePicture(base64: unknown, maxBytes: number): { body: Uint8Array; contentType: string } {
  if (typeof base64 !== 'string' || base64 === '') throw bad('The image API answered without image data.')
  if (base64.length > Math.ceil(maxBytes / 3) * 4) throw bad(`The picture is larger than ${maxBytes} bytes.`)
  const body = Buffer.from(base64, 'base64')
  // The decoder skips what it doesn't know, and so comes out short. A pattern over so long a text could exhaust its stack.
  const digits = base64.endsWith('==') ? base64.length - 2 : base64.endsWith('=') ? base64.length - 1 : base64.length
  if (body.length !== Math.floor((digits * 3) / 4)) throw bad('The image API answered with data that is not base64.')
  if (body.length > maxBytes) throw bad(`The picture is larger than ${maxBytes} bytes.`)
  const contentType = pictureType(body)
  if (!contentType) throw bad('The image API answered with data that is no JPEG, PNG or WebP.')
  return { body, contentType }
}

function pictureType(bytes: Buffer): string | null {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp'
  return null
}

function bad(message: string): StowageError {
  return new StowageError('bad_gateway', message)
}
