import type { Issue } from './details.ts'

const MAX_URL_CHARS = 2000
/** What shows as nothing or as something else, and what parsers drop or read as a slash. */
const MISLEADING = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\\]/u
const WITH_HOST = /^https?:\/\/[^/?#@]+(?:[/?#]|$)/i

/** Where an asset is instead: kept as it was given, so that only what every parser reads in the same way is taken. */
export function checkExternalUrl(issues: Issue[], url: unknown): void {
  const fault = faultOf(url)
  if (fault !== null) issues.push({ pointer: '/externalUrl', message: fault })
}

function faultOf(url: unknown): string | null {
  if (typeof url !== 'string') return 'must be a string'
  if (url.length > MAX_URL_CHARS) return `must have at most ${MAX_URL_CHARS} characters`
  if (MISLEADING.test(url) || !WITH_HOST.test(url) || !URL.canParse(url))
    return 'must be an http or https URL without credentials'
  return null
}
