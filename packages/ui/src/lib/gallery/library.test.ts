import { expect, it } from 'vitest'
import type { AssetItem, AssetItemPage, AssetQuery, AssetSource } from '../asset-source.ts'
import { createLibrary } from './library.ts'

const item = (id: string) => ({ id }) as AssetItem

function setUp() {
  const asked: { query: AssetQuery; answer: PromiseWithResolvers<AssetItemPage>; signal: AbortSignal | undefined }[] = []
  const source: AssetSource = {
    list: (query, options) => {
      const answer = Promise.withResolvers<AssetItemPage>()
      asked.push({ query, answer, signal: options?.signal })
      return answer.promise
    },
  }
  const library = createLibrary(() => undefined)
  const answer = (at: number, ids: string, cursor: string | null = null) =>
    asked[at]?.answer.resolve({ items: [...ids].map(item), cursor, total: 9 })
  const shown = () => library.items.map(({ id }) => id).join('')
  return { asked, source, library, answer, shown }
}

it('the answer to an earlier question never replaces that to a later one', async () => {
  const { asked, source, library, answer, shown } = setUp()
  const first = library.load(source, { search: 'a' })
  const second = library.load(source, { search: 'ab' })
  answer(1, 'xy')
  await second
  answer(0, 'abc')
  await first
  expect([shown(), library.state, asked[0]?.signal?.aborted]).toEqual(['xy', 'ready', true])
})

it('pages follow each other, and what both hold comes once', async () => {
  const { asked, source, library, answer, shown } = setUp()
  const loaded = library.load(source, { type: 'image' })
  answer(0, 'abc', 'next')
  await loaded
  const more = library.more()
  expect([asked[1]?.query, library.state]).toEqual([{ type: 'image', cursor: 'next' }, 'loadingMore'])
  answer(1, 'cd')
  await more
  expect([shown(), library.hasMore, library.total]).toEqual(['abcd', false, 9])
})

it('a refresh asks for as many pages as are shown, which stay until then', async () => {
  const { asked, source, library, answer, shown } = setUp()
  const loaded = library.load(source, {})
  answer(0, 'ab', '2')
  await loaded
  const more = library.more()
  answer(1, 'cd', '3')
  await more
  const refreshed = library.refresh()
  answer(2, 'xa', '2')
  await expect.poll(() => asked.length).toBe(4)
  expect(shown()).toBe('abcd')
  answer(3, 'bc', '3')
  await refreshed
  expect(shown()).toBe('xabc')
})

it('a page that failed is asked for again, and the list stays', async () => {
  const { asked, source, library, answer, shown } = setUp()
  const loaded = library.load(source, {})
  answer(0, 'ab', '2')
  await loaded
  const more = library.more()
  asked[1]?.answer.reject(Object.assign(new Error('Busy'), { status: 503 }))
  await more
  expect([shown(), library.state, library.trouble?.kind]).toEqual(['ab', 'failedMore', 'server'])
  const again = library.more()
  answer(2, 'c')
  await again
  expect([shown(), library.state]).toEqual(['abc', 'ready'])
})

it('the total follows what is added and taken away', async () => {
  const { source, library, answer, shown } = setUp()
  const loaded = library.load(source, {})
  answer(0, 'ab')
  await loaded
  library.prepend(item('c'))
  library.prepend(item('a'))
  library.drop(new Set(['b']))
  expect([shown(), library.total]).toEqual(['ac', 9])
})
