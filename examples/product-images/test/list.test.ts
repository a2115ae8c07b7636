import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, error, type ImageJson, imageFile, start } from './client.ts'
import { photo } from './photos.ts'

let client: Client
/** In the order they were made: number, and tags by its divisors. */
const made: ImageJson[] = []
beforeAll(async () => {
  client = await start()
  const file = imageFile(await photo())
  for (let number = 1; number <= 23; number++) {
    const tags = [2, 3].filter(divisor => number % divisor === 0).map(divisor => ['tags[]', `by ${divisor}`] as const)
    made.push((await client.post('pk_ines', [['file', file], ['name', `Image ${number}`], ...tags]))[1])
  }
  for (const image of made) await client.settled('pk_ines', image)
})
afterAll(() => client.server.remove())

const names = async (query: string): Promise<string[]> =>
  (await client.list('pk_ines', query))[1].assets.map(({ name }) => name.replace('Image ', ''))

describe('the list', () => {
  it('holds twenty of a user’s own, newest first, and says how many there are', async () => {
    const [status, { assets, ...page }] = await client.list('pk_ines')
    expect([status, page]).toEqual([200, { total: 23, limit: 20, offset: 0, has_more: true }])
    expect(assets.map(({ asset_id }) => asset_id)).toEqual(
      made
        .map(({ asset_id }) => asset_id)
        .toReversed()
        .slice(0, 20),
    )
    expect(Object.keys(assets[0] ?? {})).toEqual([
      ...['asset_id', 'name', 'status', 'url', 'thumbnail_url', 'width', 'height', 'tags', 'created_at'],
    ])
    expect(await client.list('pk_jon')).toEqual([200, { assets: [], total: 0, limit: 20, offset: 0, has_more: false }])
  })

  it('goes on at an offset, to the end and past it', async () => {
    const page = async (query: string) => {
      const [, { assets, ...rest }] = await client.list('pk_ines', query)
      return [assets.map(({ name }) => name), rest]
    }
    expect(await page('?limit=2&offset=3')).toEqual([
      ['Image 20', 'Image 19'],
      { total: 23, limit: 2, offset: 3, has_more: true },
    ])
    expect(await page('?limit=2&offset=21')).toEqual([
      ['Image 2', 'Image 1'],
      { total: 23, limit: 2, offset: 21, has_more: false },
    ])
    expect(await page('?offset=23&limit=100')).toEqual([[], { total: 23, limit: 100, offset: 23, has_more: false }])
  })

  it('filters by tags, all of which must match, and by status', async () => {
    expect(await names('?tags=by%203&limit=3')).toEqual(['21', '18', '15'])
    expect(await names('?tags=by%202,by%203')).toEqual(['18', '12', '6'])
    expect(await names('?tags=by%202,other')).toEqual([])
    expect((await client.list('pk_ines', '?tags=by%202,by%203&limit=1&status=ready'))[1]).toMatchObject({
      total: 3,
      has_more: true,
    })
    for (const [status, total] of [
      ['ready', 23],
      ['processing', 0],
      ['failed', 0],
      ['all', 23],
    ] as const) {
      expect((await client.list('pk_ines', `?status=${status}`))[1].total).toBe(total)
    }
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'offset=-1',
    'status=done',
    'status=',
    'status=ready&status=failed',
    'page=2',
    'words=x',
  ])('refuses ?%s', async query => {
    expect(await client.list('pk_ines', `?${query}`)).toEqual([400, error])
  })
})

describe('an asset', () => {
  it('of another user is nowhere', async () => {
    const path = `/v1/assets/${made[0]?.asset_id}`
    const missing = '/v1/assets/asset_00000000000000000000000000'
    for (const method of ['GET', 'DELETE']) {
      const hidden = await client.answer(path, { as: 'pk_jon', method })
      expect(hidden).toEqual([404, error])
      expect(hidden).toEqual(await client.answer(missing, { as: 'pk_jon', method }))
    }
    expect((await client.answer(path, { as: 'pk_ines' }))[0]).toBe(200)
  })

  it('that is deleted is gone with its URLs', async () => {
    const [, image] = await client.post('pk_jon', [['file', imageFile(await photo())]])
    await client.settled('pk_jon', image)
    expect((await client.call(image.thumbnail_url)).status).toBe(200)
    const path = `/v1/assets/${image.asset_id}`
    const deleted = await client.call(path, { as: 'pk_jon', method: 'DELETE' })
    expect([deleted.status, await deleted.text()]).toEqual([204, ''])
    for (const url of [image.url, image.thumbnail_url]) expect(await client.answer(url)).toEqual([404, error])
    for (const method of ['GET', 'DELETE']) expect(await client.answer(path, { as: 'pk_jon', method })).toEqual([404, error])
    expect((await client.list('pk_jon'))[1].total).toBe(0)
  })
})

describe('a request', () => {
  const paths = [
    ['POST', '/v1/training-asset'],
    ['GET', '/v1/my-uploaded-assets'],
    ['GET', '/v1/assets/asset_x'],
    ['DELETE', '/v1/assets/asset_x'],
  ] as const

  it.each(paths)('%s %s needs a key that is known', async (method, path) => {
    for (const credentials of [{}, { as: 'pk_mallory' }]) {
      const response = await client.call(path, { method, ...credentials })
      expect([response.status, await response.json()]).toEqual([401, error])
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
  })

  it('by a wrong method is 405, to a path that is none 404', async () => {
    for (const [path, allowed] of [
      ['/v1/training-asset', /POST/],
      ['/v1/my-uploaded-assets', /GET/],
      ['/v1/assets/asset_x', /DELETE/],
    ] as const) {
      const wrong = await client.call(path, { as: 'pk_ines', method: 'PUT' })
      expect([wrong.status, await wrong.json(), wrong.headers.get('allow')]).toEqual([405, error, expect.stringMatching(allowed)])
    }
    for (const path of ['/', '/v1', '/v1/assets', '/nowhere', '/v1/assets/%E0%A4%A']) {
      expect(await client.answer(path, { as: 'pk_ines' })).toEqual([404, error])
    }
  })
})
