import { describe, expect, it } from 'vitest'
import { cursorPaging, offsetPaging, pagePaging } from './paging.ts'

const asked = (query: string) => {
  const params = new URLSearchParams(query)
  return (name: string) => params.get(name)
}

describe('paging', () => {
  it('by page number counts from one and links both ways', () => {
    const paging = pagePaging()
    expect(paging.read(asked(''))).toEqual({ limit: 20, offset: 0 })
    const third = paging.read(asked('page=3&per_page=10'))
    expect(third).toEqual({ limit: 10, offset: 20 })
    expect(paging.links(third, { cursor: 'x', items: 10 })).toEqual({ prev: { page: '2' }, next: { page: '4' } })
    expect(paging.links({ limit: 10, offset: 0 }, { cursor: null, items: 1 })).toEqual({})
  })
  it('by offset links both ways', () => {
    const paging = offsetPaging({ default: 5 })
    expect(paging.links(paging.read(asked('offset=3')), { cursor: 'x', items: 5 })).toEqual({
      prev: { offset: '0' },
      next: { offset: '8' },
    })
  })
  it('by cursor never links to a last page', () => {
    expect(cursorPaging().links({ limit: 50 }, { cursor: 'abc', items: 50 })).toEqual({ next: { cursor: 'abc' } })
  })
  it.each(['page=0', 'page=-1', 'page=1.5', 'page=x', 'per_page=101', 'per_page=0', 'page=99999999999', 'page=1e3', 'page='])(
    'refuses ?%s',
    query => {
      expect(() => pagePaging().read(asked(query))).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    },
  )
  it('refuses limits that contradict each other', () => {
    expect(() => cursorPaging({ default: 10, max: 5 })).toThrow(TypeError)
    expect(() => cursorPaging({ max: 5000 })).toThrow(TypeError)
    expect(cursorPaging({ max: 10 }).read(asked(''))).toEqual({ limit: 10 })
  })
})
