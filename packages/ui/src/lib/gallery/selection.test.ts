import { expect, it } from 'vitest'
import { extended, kept, nothingSelected, toggled } from './selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']
const ids = ({ ids }: { ids: ReadonlySet<string> }) => [...ids].sort().join('')

it('a range goes from the last toggled item to the one named, either way', () => {
  const b = toggled(nothingSelected, 'b')
  expect(ids(extended(b, order, 'd'))).toBe('bcd')
  expect(ids(extended(extended(b, order, 'd'), order, 'a'))).toBe('abcd')
  expect(ids(toggled(extended(b, order, 'd'), 'c'))).toBe('bd')
})

it('a range without a beginning is one item', () => {
  expect(ids(extended(nothingSelected, order, 'c'))).toBe('c')
})

it('what is gone is not selected', () => {
  const all = extended(toggled(nothingSelected, 'a'), order, 'c')
  expect(ids(kept(all, ['b', 'c']))).toBe('bc')
  expect(kept(all, order)).toBe(all)
  expect(ids(extended(kept(all, ['b', 'c', 'd']), ['b', 'c', 'd'], 'd'))).toBe('bcd')
})
