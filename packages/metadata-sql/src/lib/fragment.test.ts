import { expect, test } from 'vitest'
import { allOf, anyOf, compile, join, literal, raw, sql } from './fragment.ts'

const numbered = (position: number): string => `$${position}`

test('what is interpolated becomes a parameter, in order, through any nesting', () => {
  const inner = sql`b = ${2} and ${raw('c')} = ${'x'}`
  expect(compile(sql`select ${1} where ${inner} or d = ${null}`, numbered)).toEqual({
    sql: 'select $1 where b = $2 and c = $3 or d = $4',
    parameters: [1, 2, 'x', null],
  })
  expect(compile(join([sql`${1}`, raw('two'), sql`f(${3})`], ', '), numbered)).toEqual({
    sql: '$1, two, f($2)',
    parameters: [1, 3],
  })
})

test('a literal can’t leave its quotes', () => {
  expect(compile(literal(`it's ''`), numbered).sql).toBe(`'it''s '''''`)
})

test('a literal can’t pass for a parameter', () => {
  expect(() => literal('a\0b')).toThrow(expect.objectContaining({ code: 'unprocessable' }))
})

test('no condition holds, or none does', () => {
  expect(compile(allOf([]), numbered).sql).toBe('1 = 1')
  expect(compile(anyOf([]), numbered).sql).toBe('1 = 0')
})

test('a thousand conditions are no thousand levels deep', () => {
  const { sql: text, parameters } = compile(anyOf(Array.from({ length: 1000 }, (_, i) => sql`x = ${i}`)), numbered)
  let depth = 0
  let deepest = 0
  for (const character of text) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0
    deepest = Math.max(deepest, depth)
  }
  expect([deepest < 10, depth, parameters.length]).toEqual([true, 0, 1000])
})

test('a parameter that can’t be stored is refused', () => {
  expect(() => compile(sql`${'a\0b'}`, numbered)).toThrow(expect.objectContaining({ code: 'unprocessable' }))
})
