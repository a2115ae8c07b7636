import { expect, it } from 'vitest'
import type { AssetItem, SourceUploadOptions } from '../asset-source.ts'
import { countsOf, createUploadQueue } from './queue.ts'

interface Call extends SourceUploadOptions {
  readonly file: File
  resolve(item: AssetItem): void
  reject(error: unknown): void
}

const file = (name: string) => new File(['12345'], name)

function setUp(concurrency = 2) {
  const calls: Call[] = []
  const queue = createUploadQueue({
    upload: (file, options) =>
      new Promise((resolve, reject) => {
        calls.push({ ...options, file, resolve, reject })
        options.signal.addEventListener('abort', () => reject(options.signal.reason))
      }),
    refuse: () => null,
    concurrency: () => concurrency,
    onChange: () => undefined,
  })
  const states = () => queue.entries.map(({ file, state }) => `${file.name} ${state}`)
  return { calls, queue, states }
}

const item = { id: '1' } as AssetItem

it('so many are sent at once, in their order', async () => {
  const { calls, queue, states } = setUp()
  queue.add([file('a'), file('b'), file('c')])
  expect(states()).toEqual(['a sending', 'b sending', 'c waiting'])
  calls[1]?.resolve(item)
  await expect.poll(states).toEqual(['a sending', 'b done', 'c sending'])
  expect(countsOf(queue.entries)).toEqual({ total: 3, done: 1, failed: 0, active: 2 })
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
