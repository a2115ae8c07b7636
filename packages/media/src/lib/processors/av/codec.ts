import { plainText } from '../plain-text.ts'

const NAMES: Readonly<Record<string, string>> = {
  AVC: 'h264',
  'MPEG Video': 'mpeg2',
  'MPEG-4 Visual': 'mpeg4',
  JPEG: 'mjpeg',
  'MPEG Audio': 'mp3',
  'AC-3': 'ac3',
  'E-AC-3': 'eac3',
}

/** The short name of a codec, after MediaInfo's. */
export function codecName(format: unknown, profile: unknown): string {
  const name = plainText(format, 40) ?? 'unknown'
  if (name === 'MPEG Audio' && profile === 'Layer 2') return 'mp2'
  return (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined) ?? name.toLowerCase().replaceAll(' ', '-')
}
