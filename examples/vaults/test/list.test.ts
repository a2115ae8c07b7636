import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assetsOf, type Client, error, errorAt, FIRST, SECOND, start, textFile, type VaultAsset } from './client.ts'

let client: Client
/** In the order they were made. */
const made: VaultAsset[] = []
beforeAll(async () => {
  client = await start()
  for (let number = 0; number < 53; number++) {
    const [, asset] = await client.post('vt_noah', [
      ['file', textFile(`${number}`, `${number}.txt`)],
      ['partition', number % 2 === 0 ? 'even' : 'odd'],
      ['collection', `by-${number % 3}`],
      ['channel', 'all'],
    ])
    made.push(asset)
  }
})
afterAll(() => client.server.remove())

const names = async (query: string): Promise<string[]> =>
  (await client.list('vt_olga', query))[1].data.map(({ filename }) => filename)
const newest = (...numbers: number[]): string[] => numbers.map(number => `${number}.txt`)

describe('the list', () => {
  it('holds fifty, newest first, and a cursor to the rest', async () => {
    const [status, page] = await client.list('vt_olga')
    const newestFirst = made.toReversed()
    expect([status, page]).toEqual([
      200,
      { data: newestFirst.slice(0, 50), cursor: expect.stringMatching(/^[\w.-]+$/), has_more: true },
    ])
    expect(await client.list('vt_olga', `?cursor=${page.cursor}`)).toEqual([
      200,
      { data: newestFirst.slice(50), cursor: null, has_more: false },
    ])
  })

  it('of an empty vault is empty', async () => {
    expect(await client.list('vt_noah', '', SECOND)).toEqual([200, { data: [], cursor: null, has_more: false }])
  })

  it('filters by partition, collection and channel, together too', async () => {
    expect(await names('?partition=odd&limit=3')).toEqual(newest(51, 49, 47))
    expect(await names('?collection=by-0&limit=3')).toEqual(newest(51, 48, 45))
    expect(await names('?partition=even&collection=by-0&channel=all&limit=2')).toEqual(newest(48, 42))
    expect(await names('?channel=none')).toEqual([])
    expect(await names('?channel=all&limit=200')).toHaveLength(53)
  })

  it('goes on under the same filters, also while assets come', async () => {
    const seen: string[] = []
    let cursor = ''
    for (let page = 0; ; page++) {
      const { data, ...next } = (await client.list('vt_olga', `?partition=odd&limit=10${cursor}`))[1]
      seen.push(...data.map(({ id }) => id))
      expect([next.has_more, data.length]).toEqual(page < 2 ? [true, 10] : [false, 6])
      if (next.cursor === null) break
      cursor = `&cursor=${next.cursor}`
      const fields = [
        ['partition', 'odd'],
        ['collection', 'later'],
        ['channel', 'later'],
        ['file', textFile()],
      ] as const
      await client.post('vt_noah', fields)
    }
    expect(seen).toEqual(
      made
        .filter(({ partition }) => partition === 'odd')
        .map(({ id }) => id)
        .toReversed(),
    )
  })

  it.each(['limit=0', 'limit=201', 'limit=-1', 'limit=1.5', 'limit=x', 'limit=', 'limit=1e2', 'limit=5&limit=6'])(
    'refuses ?%s',
    async query => {
      expect(await client.list('vt_olga', `?${query}`)).toEqual([400, errorAt('limit')])
    },
  )

  it.each([
    ['page=2', 'page'],
    ['offset=1', 'offset'],
    ['search=x', 'search'],
    ['words=x', 'words'],
    ['tags=a', 'tags'],
    ['vault_id=x', 'vault_id'],
    ['createdBy=noah', 'createdBy'],
    ['metadata=x', 'metadata'],
    ['fields.partition=odd', 'fields.partition'],
    ['partition[gte]=a', 'partition[gte]'],
    ['__proto__=x', '__proto__'],
  ])('does not know ?%s', async (query, field) => {
    expect(await client.list('vt_olga', `?${query}`)).toEqual([400, errorAt(field)])
  })

  it.each(["' or 1=1 --", '%', '_dd', 'o*', '"odd"'])('takes %j as no more than text', async value => {
    const [status, page] = await client.list('vt_olga', `?partition=${encodeURIComponent(value)}`)
    if (status === 200) expect(page.data).toEqual([])
    else expect([status, page]).toEqual([400, errorAt('partition')])
  })
})

describe('a cursor', () => {
  const first = async (query: string, as = 'vt_noah', vault = FIRST): Promise<string> =>
    (await client.list(as, `?${query}`, vault))[1].cursor ?? 'none'

  it('that was altered is 400', async () => {
    const cursor = await first('limit=2')
    const at = cursor.length >> 1
    const altered = [
      cursor.slice(0, -1),
      `${cursor}A`,
      cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1),
      cursor.toLowerCase(),
      'x',
      '',
      Buffer.from(JSON.stringify({ created_at: 0 })).toString('base64url'),
    ]
    for (const wrong of altered) {
      expect(await client.list('vt_noah', `?limit=2&cursor=${encodeURIComponent(wrong)}`)).toEqual([400, error])
    }
    expect((await client.list('vt_noah', `?limit=2&cursor=${cursor}&cursor=${cursor}`))[0]).toBe(400)
  })

  it('from another vault, another user or other filters is 400', async () => {
    const cursor = await first('limit=2')
    expect((await client.list('vt_noah', `?limit=3&cursor=${cursor}`))[0]).toBe(200)
    const filtered = await first('limit=2&partition=odd')
    for (const [as, query, vault] of [
      ['vt_noah', `limit=2&cursor=${cursor}`, SECOND],
      ['vt_mia', `limit=2&cursor=${cursor}`, FIRST],
      ['vt_noah', `limit=2&partition=odd&cursor=${cursor}`, FIRST],
      ['vt_noah', `limit=2&partition=even&cursor=${filtered}`, FIRST],
      ['vt_noah', `limit=2&cursor=${filtered}`, FIRST],
    ] as const) {
      expect(await client.list(as, `?${query}`, vault)).toEqual([400, error])
    }
  })
})

describe('a request', () => {
  const asset = `${assetsOf(FIRST)}/asset_00000000000000000000000000`
  it.each([
    ['GET', assetsOf(FIRST)],
    ['POST', assetsOf(FIRST)],
    ['GET', asset],
    ['PATCH', asset],
    ['DELETE', asset],
    ['GET', `${asset}/content`],
    ['GET', assetsOf('vault_none')],
  ])('%s %s needs a token that is known', async (method, path) => {
    for (const credentials of [{}, { as: 'vt_mallory' }]) {
      const response = await client.call(path, { method, ...credentials })
      expect([response.status, await response.json()]).toEqual([401, error])
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
  })

  it('by a wrong method is 405, to a path that is none 404', async () => {
    for (const [path, method, allowed] of [
      [assetsOf(FIRST), 'DELETE', /GET.*POST|POST.*GET/],
      [asset, 'PUT', /GET.*PATCH.*DELETE|PATCH.*DELETE.*GET|GET.*DELETE.*PATCH/],
      [`${asset}/content`, 'PUT', /GET/],
    ] as const) {
      const wrong = await client.call(path, { as: 'vt_mia', method })
      expect([wrong.status, await wrong.json(), wrong.headers.get('allow')]).toEqual([405, error, expect.stringMatching(allowed)])
    }
    for (const path of [
      '/',
      '/api/v1/vaults',
      `/api/v1/vaults/${FIRST}`,
      `${asset}/none`,
      `/${assetsOf(FIRST)}`,
      `${assetsOf('%E0%A4%A')}`,
    ]) {
      expect(await client.answer(path, { as: 'vt_mia' })).toEqual([404, error])
    }
  })
})
