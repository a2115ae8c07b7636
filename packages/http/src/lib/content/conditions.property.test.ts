import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { ifRangeHolds, judgeConditions, type Verdict } from './conditions.ts'

// Dates mean GMT wherever the server stands.
const zone = process.env.TZ
process.env.TZ = 'America/New_York'
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const ETAG = '"a,b"'
const MODIFIED = Date.UTC(2024, 2, 10, 7, 30, 30)
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

interface Tag {
  readonly weak: boolean
  readonly tag: string
}
interface Given<T> {
  readonly text: string
  readonly means: T
}

const tag: fc.Arbitrary<Tag> = fc.record({ weak: fc.boolean(), tag: fc.constantFrom(ETAG, '"a"', '"b"', '""', '","', '"\xe4"') })
const spell = ({ weak, tag: text }: Tag) => `${weak ? 'W/' : ''}${text}`
const comma = fc.constantFrom(',', ', ', ' ,\t', ',,', ', ,')
const list: fc.Arbitrary<Given<readonly Tag[] | '*'>> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ text: '*', means: '*' as const }) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.array(tag, { minLength: 1, maxLength: 4 }), comma)
      .map(([tags, between]) => ({ text: tags.map(spell).join(between), means: tags })),
  },
)

const two = (value: number) => String(value).padStart(2, '0')
function spellings(time: number): string[] {
  const date = new Date(time)
  const day = DAYS[date.getUTCDay()] as string
  const month = MONTHS[date.getUTCMonth()] as string
  const [at, year] = [date.getUTCDate(), date.getUTCFullYear()]
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return [
    `${day.slice(0, 3)}, ${two(at)} ${month} ${year} ${clock} GMT`,
    `${day}, ${two(at)}-${month}-${two(year % 100)} ${clock} GMT`,
    `${day.slice(0, 3)} ${month} ${String(at).padStart(2, ' ')} ${clock} ${year}`,
  ]
}
/** RFC 9110 §5.6.7: three formats are read; what is none of them is ignored. */
const date: fc.Arbitrary<Given<number | null>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(-86_400, -3600, -1, 0, 1, 3600, 14_400, 86_400 * 300), fc.nat(2))
      .map(([seconds, format]) => ({
        text: spellings(MODIFIED + seconds * 1000)[format] as string,
        means: seconds,
      })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('yesterday', '', '0', '2024-03-10', 'Sun, 10 Mar').map(text => ({ text, means: null })),
  },
)
const request = fc.record(
  { ifMatch: list, ifUnmodifiedSince: date, ifNoneMatch: list, ifModifiedSince: date },
  { requiredKeys: [] },
)
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never

/** RFC 9110 §13.2.2, step by step. */
function model({ ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince }: Request): Verdict {
  if (ifMatch) {
    const holds = ifMatch.means === '*' || ifMatch.means.some(({ weak, tag: text }) => !weak && text === ETAG)
    if (!holds) return 'precondition_failed'
  } else if (ifUnmodifiedSince && ifUnmodifiedSince.means !== null && ifUnmodifiedSince.means < 0) return 'precondition_failed'
  if (ifNoneMatch) {
    const matches = ifNoneMatch.means === '*' || ifNoneMatch.means.some(({ tag: text }) => text === ETAG)
    return matches ? 'not_modified' : 'proceed'
  }
  const fresh = ifModifiedSince && ifModifiedSince.means !== null && ifModifiedSince.means >= 0
  return fresh ? 'not_modified' : 'proceed'
}

const judge = (headers: Readonly<Record<string, string | undefined>>): Verdict =>
  judgeConditions(name => headers[name] ?? null, { etag: ETAG, lastModified: new Date(MODIFIED + 400) })

test('H11, H12: any conditions are judged in the order of RFC 9110, dates in GMT', () => {
  fc.assert(
    fc.property(request, given => {
      const verdict = judge({
        'if-match': given.ifMatch?.text,
        'if-unmodified-since': given.ifUnmodifiedSince?.text,
        'if-none-match': given.ifNoneMatch?.text,
        'if-modified-since': given.ifModifiedSince?.text,
      })
      expect(verdict).toBe(model(given))
    }),
    { numRuns: 3000 },
  )
})

test('H10: If-Range holds for the one strong tag alone', () => {
  fc.assert(
    fc.property(tag, given => {
      expect(ifRangeHolds(spell(given), ETAG)).toBe(!given.weak && given.tag === ETAG)
    }),
  )
})

test('headers of any letters have a verdict', () => {
  const soup = fc.string({
    unit: fc.constantFrom('"', 'W/', 'a', ',', ' ', '*', '\\', '\xe4', 'Sun, ', '10:20:30', 'GMT'),
    maxLength: 20,
  })
  const names = fc.constantFrom('if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since')
  fc.assert(
    fc.property(fc.dictionary(names, soup), headers => {
      expect(['proceed', 'not_modified', 'precondition_failed']).toContain(judge(headers))
    }),
    { numRuns: 2000 },
  )
})
