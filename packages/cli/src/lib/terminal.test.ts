import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { progressOn } from './terminal.ts'

/** What was written to a terminal, or to a file. */
function screen(isTTY: boolean) {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return { terminal: Object.assign(stream, { isTTY, columns: 60 }), text: () => text }
}

test('a terminal gets a bar, drawn over at most ten times a second, that makes room for lines', () => {
  const { terminal, text } = screen(true)
  let now = 0
  const progress = progressOn(terminal, () => now)
  progress.show({ label: 'Comparing', done: 250, expected: 1000 })
  progress.show({ label: 'Comparing', done: 260, expected: 1000 })
  const bar = 'Comparing [######------------------] 25 % (250)'
  expect(text()).toBe(bar)
  progress.line(terminal, 'a finding')
  const erased = `\r${' '.repeat(bar.length)}\r`
  expect(text()).toBe(`${bar}${erased}a finding\n`)
  now = 100
  progress.show({ label: 'Comparing', done: 2000, expected: 1000 })
  expect(text()).toContain('[########################] 100 % (2000)')
  progress.end()
  expect(text().endsWith('\r')).toBe(true)
})

test('a narrow terminal is not wrapped', () => {
  const { terminal, text } = screen(true)
  progressOn(Object.assign(terminal, { columns: 20 }), () => 0).show({ label: 'Comparing objects', done: 1, expected: 9 })
  expect(text()).toBe('Comparing objects [')
})

test('elsewhere there is a line for each step, and one for each hundred thousand', () => {
  const { terminal, text } = screen(false)
  const progress = progressOn(terminal)
  for (const done of [1000, 100_500, 150_000, 200_000]) progress.show({ label: 'Comparing', done, expected: 900_000 })
  progress.show({ label: 'Looking', done: 1 })
  expect(text().split('\n')).toEqual(['Comparing …', 'Comparing: 100500', 'Comparing: 200000', 'Looking …', ''])
})
