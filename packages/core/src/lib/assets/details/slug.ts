import type { AssetRecord } from '../../contracts/asset.ts'
import type { Issue } from './details.ts'

const MAX_SLUG_CHARS = 200
/** Leaves room for `-` and a number. */
const MAX_MADE_CHARS = 180
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** Letters that no decomposition turns into plain ones. */
const PLAIN: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i' }

export function isSlug(text: string): boolean {
  return text.length <= MAX_SLUG_CHARS && SLUG.test(text)
}

export function checkSlug(issues: Issue[], slug: unknown): void {
  if (typeof slug === 'string' && isSlug(slug)) return
  const message = `must be 1 to ${MAX_SLUG_CHARS} lower-case letters, digits and single hyphens between them`
  issues.push({ pointer: '/slug', message })
}

/** The slug that an asset gets by itself: of its title, else of its filename without its ending, else of its type. */
export function slugOf({ title, filename, type }: Pick<AssetRecord, 'title' | 'filename' | 'type'>): string {
  return slugFrom(title ?? '') || slugFrom((filename ?? '').replace(/(.)\.[^.]*$/s, '$1')) || type
}

function slugFrom(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðþłı]/g, letter => PLAIN[letter] ?? '')
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_MADE_CHARS)
    .replace(/^-+|-+$/g, '')
}
