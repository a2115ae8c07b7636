import { expect, test } from 'vitest'
import { fakeClock } from './fake-clock.ts'

test('timers run at their own times, in order, and not before', async () => {
  const clock = fakeClock({ now: 1000 })
  const ran: [string, number][] = []
  clock.after(20, () => ran.push(['late', clock.now()]))
  clock.after(10, () => ran.push(['early', clock.now()]))
  clock.after(10, () => ran.push(['early too', clock.now()]))
  await clock.advance(9)
  expect(ran).toEqual([])
  await clock.advance(11)
  expect(ran).toEqual([
    ['early', 1010],
    ['early too', 1010],
    ['late', 1020],
  ])
  expect(clock.pending).toBe(0)
})

test('a timer that a promise sets during the advance runs within it', async () => {
  const clock = fakeClock({ now: 0 })
  const sleep = (ms: number) => new Promise<void>(resolve => clock.after(ms, resolve))
  const woke: number[] = []
  const worker = async () => {
    for (let i = 0; i < 3; i += 1) {
      await sleep(10)
      woke.push(clock.now())
    }
  }
  const done = worker()
  await clock.advance(30)
  await done
  expect(woke).toEqual([10, 20, 30])
})

test('a cancelled timer never runs, and time does not go back', async () => {
  const clock = fakeClock()
  let ran = false
  clock.after(5, () => {
    ran = true
  })()
  await clock.advance(10)
  expect(ran).toBe(false)
  await expect(clock.advance(-1)).rejects.toThrow(RangeError)
})
