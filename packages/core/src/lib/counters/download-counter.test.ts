import { fakeClock } from '@stowage/testkit'
import { describe, expect, it } from 'vitest'
import { StowageError } from '../contracts/errors.ts'
import type { Change } from '../contracts/metadata.ts'
import { createDownloadCounter } from './download-counter.ts'

/** A database of counters alone. */
function open({ broken = false } = {}) {
  const clock = fakeClock()
  const stored = new Map<string, number>()
  const commits: number[] = []
  const logged: [string, object | undefined][] = []
  const log = (message: string, details?: object): void => void logged.push([message, details])
  const state = { broken }
  const metadata = {
    async commit(changes: readonly Change[]) {
      if (state.broken) throw new StowageError('unavailable', 'It is down.')
      let assets = 0
      for (const change of changes) {
        if (change.op !== 'addDownloads') continue
        assets += change.downloads.length
        for (const { assetId, by } of change.downloads) stored.set(assetId, (stored.get(assetId) ?? 0) + by)
      }
      commits.push(assets)
    },
    getDownloads: async (_kind: string, ids: readonly string[]) => ids.map(id => stored.get(id) ?? 0),
  }
  const logger = { debug: log, info: log, warn: log, error: log }
  return { counter: createDownloadCounter({ clock, logger, metadata }), clock, stored, commits, logged, state }
}

const sum = (stored: ReadonlyMap<string, number>) => [...stored.values()].reduce((a, b) => a + b, 0)

describe('a counter of downloads', () => {
  it('writes at once when a thousand assets wait, and no more than that in one commit', async () => {
    const { counter, clock, stored, commits } = open()
    for (let at = 0; at < 2500; at++) counter.count(at % 2 === 0 ? 'a' : 'b', `asset ${at}`)
    await clock.advance(0)
    expect(commits).toEqual([1000, 1000])
    await clock.advance(250)
    expect(commits).toEqual([1000, 1000, 500])
    expect(sum(stored)).toBe(2500)
  })

  it('keeps a bounded number of assets while nothing can be written, and says how much was lost', async () => {
    const { counter, clock, stored, logged, state } = open({ broken: true })
    counter.count('a', 'asset 0')
    await clock.advance(250)
    for (let at = 0; at < 100_050; at++) counter.count('a', `asset ${at}`)
    for (let at = 0; at < 10; at++) counter.count('a', 'asset 0')
    await clock.advance(1000)
    state.broken = false
    await clock.advance(60_000)
    expect([stored.size, stored.get('asset 0')]).toEqual([100_000, 12])
    expect(logged.at(-1)).toEqual([expect.stringContaining('were not counted'), { lost: 50 }])
  })

  it('gives up at its close when nothing can be written, and says so', async () => {
    const { counter, stored, logged } = open({ broken: true })
    counter.count('a', 'one')
    await counter.close()
    expect(stored.size).toBe(0)
    expect(logged.at(-1)).toEqual([expect.stringContaining('were not counted'), { assets: 1 }])
  })
})
