import { describe, expect, it } from 'vitest'
import { systemRandom } from '../crypto/random.ts'
import { prefixedId, sequenceId, uuidV7 } from './ids.ts'
import type { IdStrategy } from './kind.ts'

const random = systemRandom()
const make = (ids: IdStrategy, now: number, nextInSequence = () => Promise.resolve(1)): string =>
  ids.create({ now, kind: 'k', random, nextInSequence }) as string

describe.each([
  ['UUIDv7', uuidV7()],
  ['prefixed', prefixedId('asset')],
])('%s ids', (_name, ids) => {
  it('sort in the order they were made, within a millisecond and when the clock goes back', () => {
    const times = [
      1_700_000_000_000,
      ...Array.from({ length: 9000 }, () => 1_700_000_000_001),
      1_600_000_000_000,
      1_700_000_000_099,
    ]
    const made = times.map(now => make(ids, now))
    expect(made).toEqual([...made].sort())
    expect(new Set(made).size).toBe(made.length)
  })

  it('are parsed back, and nothing else is', () => {
    const id = make(ids, Date.now())
    expect(ids.parse(id)).toBe(id)
    for (const bad of ['', 'x', `${id}0`, id.slice(1), `${id}\n`, '../x', 12]) expect(ids.parse(bad)).toBeNull()
  })
})

describe('UUIDv7', () => {
  it('has the version and variant of RFC 9562', () => {
    expect(make(uuidV7(), Date.now())).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('sequence ids', () => {
  const ids = sequenceId()
  it('are whole numbers outside and sort by their bytes inside', async () => {
    const nine = await ids.create({ now: 0, kind: 'k', random, nextInSequence: async () => 9 })
    const ten = await ids.create({ now: 0, kind: 'k', random, nextInSequence: async () => 10 })
    expect([ids.format(nine), ids.format(ten)]).toEqual([9, 10])
    expect(nine < ten).toBe(true)
    expect(ids.parse(10)).toBe(ten)
    expect(ids.parse('10')).toBe(ten)
  })
  it.each(['0', '-1', '1.5', '01', '1e3', ' 1', '9'.repeat(17), 'abc', Number.NaN])('%j is no id', bad => {
    expect(ids.parse(bad)).toBeNull()
  })
})
