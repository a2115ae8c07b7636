/** What is compared with the conditions of a request. */
export interface Validators {
  /** Strong, quoted. */
  readonly etag: string
  readonly lastModified: Date
}
export type Verdict = 'proceed' | 'not_modified' | 'precondition_failed'

type Header = (name: string) => string | null

/**
 * Judges the conditions of a GET or HEAD, in the one order that is right.
 * @see RFC 9110 §13.2.2
 */
export function judgeConditions(header: Header, { etag, lastModified }: Validators): Verdict {
  const ifMatch = header('if-match')
  if (ifMatch !== null) {
    if (!matchesStrongly(ifMatch, etag)) return 'precondition_failed'
  } else {
    const since = httpDate(header('if-unmodified-since'))
    if (since !== null && seconds(lastModified) > since) return 'precondition_failed'
  }
  const ifNoneMatch = header('if-none-match')
  if (ifNoneMatch !== null) return matchesWeakly(ifNoneMatch, etag) ? 'not_modified' : 'proceed'
  const since = httpDate(header('if-modified-since'))
  return since !== null && seconds(lastModified) <= since ? 'not_modified' : 'proceed'
}

/** Whether If-Range lets a Range stand. Dates are not strong enough here. RFC 9110 §13.1.5 */
export function ifRangeHolds(ifRange: string | null, etag: string): boolean {
  return ifRange === null || ifRange.trim() === etag
}

// RFC 9110 §8.8.3: etagc is any visible character but the quote, so a comma may be inside.
const ETAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g

function matchesStrongly(list: string, etag: string): boolean {
  return list.trim() === '*' || [...list.matchAll(ETAG)].some(([, weak, tag]) => weak === undefined && tag === etag)
}

function matchesWeakly(list: string, etag: string): boolean {
  // What caches send nearly always, without a search.
  if (list === etag || list.trim() === '*') return true
  return [...list.matchAll(ETAG)].some(([, , tag]) => tag === etag)
}

// RFC 9110 §5.6.7: the two formats that name GMT, and that of asctime, which means it.
const NAMED_ZONE = /^[A-Z][a-z]{2,8}, .*\d{2}:\d{2}:\d{2} GMT$/
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

function httpDate(text: string | null): number | null {
  // Anything that is no HTTP date is ignored.
  if (text === null) return null
  const time = NAMED_ZONE.test(text) ? Date.parse(text) : ASCTIME.test(text) ? Date.parse(`${text} GMT`) : Number.NaN
  return Number.isNaN(time) ? null : Math.floor(time / 1000)
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
