import { expect, it } from 'vitest'
import type { AssetItem, SourceUploadOptions } from '../asset-source.ts'
import { announcement } from './announce.ts'
import { countsOf } from './counts.ts'
import { uploaderLabels } from './labels.ts'
import { createUploadQueue } from './queue.ts'

interface Call extends SourceUploadOptions {
  readonly file: File
  resolve(item: AssetItem): void
  reject(error: unknown): void
}

const file = (name: string) => new File(['12345'], name)

/** @param canPause whether uploads can */
function setUp(concurrency = 2, canPause = false) {
  const calls: Call[] = []
  const said: string[] = []
  const steered: string[] = []
  const steering = {
    pause: () => steered.push('pause') > 0,
    resume: () => void steered.push('resume'),
  }
  const queue = createUploadQueue({
    start: (file, options) => ({
      done: new Promise((resolve, reject) => {
        calls.push({ ...options, file, resolve, reject })
        options.signal.addEventListener('abort', () => reject(options.signal.reason))
      }),
      ...(canPause && steering),
    }),
    refuse: () => null,
    concurrency: () => concurrency,
    onChange: (entry, before) => {
      const { entries } = queue
      const text = announcement({ entry, before, entries }, uploaderLabels, ({ kind }) => kind)
      if (text !== null) said.push(text)
    },
  })
  const states = () => queue.entries.map(({ file, state }) => `${file.name} ${state}`)
  return { calls, queue, states, said, steered }
}

const item = { id: '1' } as AssetItem

it('so many are sent at once, in their order', async () => {
  const { calls, queue, states } = setUp()
  queue.add([file('a'), file('b'), file('c')])
  expect(states()).toEqual(['a sending', 'b sending', 'c waiting'])
  calls[1]?.resolve(item)
  await expect.poll(states).toEqual(['a sending', 'b done', 'c sending'])
  expect(countsOf(queue.entries)).toEqual({ total: 3, done: 1, failed: 0, active: 2, paused: 0 })
})

it('a cancelled upload is aborted, and the next one begins', async () => {
  const { calls, queue, states } = setUp(1)
  queue.add([file('a'), file('b'), file('c')])
  queue.cancel(queue.entries[2]?.id ?? 0)
  queue.cancel(queue.entries[0]?.id ?? 0)
  await expect.poll(states).toEqual(['a cancelled', 'b sending', 'c cancelled'])
  expect(calls[0]?.signal.aborted).toBe(true)
})

it('progress that comes after the end changes nothing', async () => {
  const { calls, queue } = setUp()
  queue.add([file('a')])
  calls[0]?.onProgress({ loaded: 3, total: 5 })
  expect(queue.entries[0]?.loaded).toBe(3)
  queue.cancel(1)
  calls[0]?.onProgress({ loaded: 5, total: 5 })
  await expect.poll(() => queue.entries[0]).toMatchObject({ state: 'cancelled', loaded: 0 })
})

it('what failed is sent again when asked; what a lost connection cut, when it is back', async () => {
  const { calls, queue, states } = setUp(3)
  queue.add([file('lost'), file('refused')])
  calls[0]?.reject(new TypeError('Failed to fetch'))
  calls[1]?.reject(Object.assign(new Error('No.'), { status: 403 }))
  await expect.poll(states).toEqual(['lost failed', 'refused failed'])
  expect(queue.entries.map(({ trouble }) => [trouble?.kind, trouble?.detail])).toEqual([
    ['network', ''],
    ['forbidden', 'No.'],
  ])
  queue.retryLost()
  expect(states()).toEqual(['lost sending', 'refused failed'])
  queue.retry(2)
  expect(states()).toEqual(['lost sending', 'refused sending'])
})

it('what is on its way stays on the list', () => {
  const { queue, states } = setUp(1)
  queue.add([file('a'), file('b'), file('c')])
  queue.cancel(3)
  queue.remove([1, 2, 3])
  expect(states()).toEqual(['a sending', 'b waiting'])
})

it('what is paused leaves its place to another, and goes on when asked', async () => {
  const { calls, queue, states, said, steered } = setUp(1, true)
  queue.add([file('a'), file('b')])
  calls[0]?.onProgress({ loaded: 3, total: 5 })
  queue.pause(1)
  expect(states()).toEqual(['a paused', 'b sending'])
  queue.pause(1)
  queue.remove([1])
  queue.resume(1)
  queue.resume(1)
  expect([states(), steered]).toEqual([
    ['a sending', 'b sending'],
    ['pause', 'resume'],
  ])
  expect(queue.entries[0]?.loaded).toBe(3)
  expect(said).toEqual(['Upload of a paused', 'Upload of a goes on'])
  queue.pause(1)
  queue.cancel(1)
  await expect.poll(states).toEqual(['a cancelled', 'b sending'])
})

it('what is tried again says why, until bytes are on their way again', async () => {
  const { calls, queue, said } = setUp(1, true)
  queue.add([file('a')])
  calls[0]?.onProgress({ loaded: 3, total: 5 })
  for (let tries = 0; tries < 2; tries++) calls[0]?.onRetry?.(new TypeError('Failed to fetch'))
  expect(queue.entries[0]).toMatchObject({ state: 'sending', loaded: 3, trouble: { kind: 'network' } })
  calls[0]?.onProgress({ loaded: 3, total: 5 })
  expect(queue.entries[0]).toMatchObject({ state: 'sending', trouble: null })
  expect(new Set(said)).toEqual(new Set(['a: Connection lost. Trying again…', 'Upload of a goes on']))
  calls[0]?.reject(Object.assign(new Error('No.'), { status: 503 }))
  await expect.poll(() => queue.entries[0]?.state).toBe('failed')
  queue.retry(1)
  // It may go on where it was.
  expect(queue.entries[0]).toMatchObject({ state: 'sending', loaded: 3, trouble: null })
})

it('what cannot be paused is not', () => {
  const { queue, states } = setUp()
  queue.add([file('a')])
  queue.pause(1)
  expect([states(), queue.entries[0]?.canPause]).toEqual([['a sending'], false])
})
