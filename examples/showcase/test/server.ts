import { callerOf } from '@stowage-examples/shared/caller'
import type { RunningExample } from '@stowage-examples/shared/start-example'
import { beforeAll, expect, it } from 'vitest'

const VAULT = '/api/v1/vaults/vault_01hzy3v7k9e8q2m4n6p8r0s1t2/assets'

interface Upload {
  readonly id: string
  readonly request: { readonly method: string; readonly url: string; readonly headers: Record<string, string> }
}

export interface World {
  server: RunningExample
}

/** Four APIs behind one listener. Comes last: it deletes, and restarts. */
export function describeServer(world: World): void {
  let speak: ReturnType<typeof callerOf>
  beforeAll(() => {
    speak = callerOf(world.server)
  })

  const names = async (path: string, as: string, list: string, name: string) => {
    const [status, body] = await speak.answer<Record<string, Record<string, unknown>[]>>(path, { as })
    return [status, body[list]?.map(item => item[name])]
  }

  it('has files of its own to show at its first start', async () => {
    expect(await names('/api/pages/123/assets', '', 'assets', 'filename')).toEqual([
      200,
      ['harbour-at-dawn.jpg', 'mountain-lake.webp', 'dunes.jpg', 'field-guide.pdf'],
    ])
    expect(await names('/api/v1/assets', 'lib_reader', 'data', 'title')).toEqual([
      200,
      ['Harbour at dawn', 'Field guide to the harbour', 'Mountains in the mist', 'A talk about harbours'],
    ])
    expect((await names(VAULT, 'vt_olga', 'data', 'filename'))[1]).toHaveLength(5)
    expect((await names('/v1/my-uploaded-assets', 'pk_ines', 'assets', 'name'))[1]).toEqual([
      'Blue mug',
      'Desk lamp',
      'Potted plant',
      'Yellow chair',
    ])
  })

  it.each([
    ['/api/pages/123/assets', 'PUT', 405, { error: expect.any(String) }],
    ['/api/pages/123/nothing', 'GET', 404, { error: expect.any(String) }],
    ['/api/session', 'PATCH', 405, { error: expect.any(String) }],
    ['/api/v1/assets', 'DELETE', 405, { error: 'Method Not Allowed', message: expect.any(String) }],
    ['/api/v1/nothing', 'GET', 404, { error: 'Not Found', message: expect.any(String) }],
    ['/api/v1/uploads', 'PUT', 405, { error: 'Method Not Allowed', message: expect.any(String) }],
    [VAULT, 'DELETE', 405, { error: { code: 'method_not_allowed', message: expect.any(String) } }],
    ['/api/v1/vaults/nothing', 'GET', 404, { error: { code: 'not_found', message: expect.any(String) } }],
    ['/v1/training-asset', 'PUT', 405, { error: { code: 'method_not_allowed', message: expect.any(String) } }],
    ['/v1/nothing', 'GET', 404, { error: { code: 'not_found', message: expect.any(String) } }],
    ['/nothing', 'GET', 404, { title: 'Not Found', status: 404, detail: expect.any(String) }],
    ['/', 'DELETE', 405, { title: 'Method Not Allowed', status: 405, detail: expect.any(String) }],
  ])('answers at %s as the one whose path it is: %s', async (path, method, status, body) => {
    expect(await speak.answer(path, { method, as: 'vm_alice' })).toEqual([status, body])
  })

  it('keeps what each token may do to its own API', async () => {
    for (const [path, as] of [
      ['/api/v1/assets', 'vt_mia'],
      [VAULT, 'lib_admin'],
      ['/v1/my-uploaded-assets', 'vm_alice'],
    ] as const) {
      expect((await speak.call(path, { as })).status).toBe(401)
    }
  })

  // A cloud answers the URLs that it signs itself.
  it.skipIf(process.env.STOWAGE_EXAMPLES_ON)('lets files go straight to the disk of the API that signed for them', async () => {
    const json = { sizeBytes: 5, contentType: 'text/plain', filename: 'note.txt', partition: 'a', collection: 'b', channel: 'c' }
    const [, upload] = await speak.answer<Upload>(`${VAULT}/uploads`, { as: 'vt_mia', method: 'POST', json })
    const { url, method, headers } = upload.request
    expect(url).toContain('/objects/vaults/')
    const path = url.slice(url.indexOf('/objects'))
    expect((await speak.call(path.replace('vaults', 'page-assets'), { method, headers, body: 'hello' })).status).toBe(403)
    expect((await speak.call(path, { method, headers, body: 'hello' })).ok).toBe(true)
    const done = await speak.answer<object>(`${VAULT}/uploads/${upload.id}/complete`, { as: 'vt_mia', method: 'POST', json: {} })
    expect(done).toEqual([201, expect.objectContaining({ filename: 'note.txt', size: 5 })])
  })

  it.skipIf(!process.env.STOWAGE_EXAMPLES_ON)('keeps the files of each API in a folder of the bucket', async () => {
    const { objects } = await world.server.storage.list({ limit: 1000 })
    const folders = new Set(objects.map(({ key }) => key.split('/')[0]))
    expect([...folders].sort()).toEqual(['asset-library', 'page-assets', 'product-images', 'vaults'])
  })

  it('serves its page with a policy, and again only where it changed', async () => {
    const first = await speak.call('/')
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(first.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect((await speak.call('/', { headers: { 'if-none-match': first.headers.get('etag') ?? '' } })).status).toBe(304)
    const { headers } = await speak.call('/showcase/page.js', { method: 'HEAD' })
    expect(headers.get('content-type')).toContain('javascript')
  })

  it('loses nothing in a restart, and does not bring back what was deleted', async () => {
    await speak.call('/api/pages/123/assets/1', { as: 'vm_alice', method: 'DELETE' })
    await speak.postForm('/api/pages/123/assets', 'vm_alice', [['file', new File(['new'], 'new.txt', { type: 'text/plain' })]])
    expect(await world.server.stop()).toBe(0)
    world.server = await world.server.restart()
    speak = callerOf(world.server)
    expect((await names('/api/pages/123/assets', '', 'assets', 'filename'))[1]).toEqual([
      'new.txt',
      'harbour-at-dawn.jpg',
      'mountain-lake.webp',
      'dunes.jpg',
    ])
    expect(world.server.errors()).toBe('')
  })
}
