import type { PictureFormat } from '../contracts/transformer.ts'

/** Best first. Wildcards don't count: clients send them that can show neither. */
const BETTER: readonly PictureFormat[] = ['avif', 'webp']

/** The format of a picture for whoever sends this Accept header; JPEG, which everybody shows, where it names no better one. */
export function acceptedFormat(accept: string | null | undefined): PictureFormat {
  const named = new Set((accept ?? '').toLowerCase().split(',').filter(isWanted).map(essence))
  return BETTER.find(format => named.has(`image/${format}`)) ?? 'jpeg'
}

const essence = (range: string): string => (range.split(';')[0] ?? '').trim()

// RFC 9110 §12.4.2: a weight of 0 means "not acceptable".
const isWanted = (range: string): boolean => !/;\s*q\s*=\s*0(\.0*)?\s*(;|$)/.test(range)
