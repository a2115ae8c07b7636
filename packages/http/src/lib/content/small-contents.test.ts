import { createHash } from 'node:crypto'
import type { AssetContent } from '@stowage/core'
import { describe, expect, it } from 'vitest'
import { createSmallContents } from './small-contents.ts'

const request = { signal: new AbortController().signal }

function content(bytes: Uint8Array, stored = bytes) {
  let opened = 0
  const asset = { id: 1, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  const open = async () => {
    opened++
    async function* body() {
      yield stored.subarray(0, 10)
      yield stored.subarray(10)
    }
    return { body: body() }
  }
  return { content: { asset, open } as unknown as AssetContent, opened: () => opened }
}

describe('small contents', () => {
  it('are read from storage once, and the least wanted are forgotten first', async () => {
    const contents = createSmallContents(2000)
    const [a, b, c] = [content(Buffer.alloc(900, 1)), content(Buffer.alloc(900, 2)), content(Buffer.alloc(900, 3))]
    for (const each of [a, b, a, c, a, c, b]) await contents.read(each.content, request)
    expect([a.opened(), b.opened(), c.opened()]).toEqual([1, 2, 1])
  })
  it('leave larger ones, and all of them without memory, to be streamed', () => {
    expect(createSmallContents(1e6).read(content(Buffer.alloc(65_537)).content, request)).toBe(null)
    expect(createSmallContents(0).read(content(Buffer.alloc(1)).content, request)).toBe(null)
  })
  it.each([
    ['shorter', Buffer.alloc(99)],
    ['longer', Buffer.alloc(101)],
    ['other', Buffer.alloc(100, 1)],
  ])('that storage holds as %s bytes are refused', async (_, stored) => {
    const wrong = content(Buffer.alloc(100), stored)
    await expect(createSmallContents(1000).read(wrong.content, request)).rejects.toThrow('not those of its record')
  })
})
