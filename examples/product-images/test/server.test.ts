import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Client, clientOf, imageFile, start } from './client.ts'
import { startOrigin } from './origin.ts'
import { photo } from './photos.ts'

const running: Client[] = []
afterEach(async () => {
  for (const { server } of running.splice(0)) await server.remove()
})

async function started(env: Readonly<Record<string, string>> = {}): Promise<Client> {
  const client = await start(env)
  running.push(client)
  return client
}

describe('the server', { timeout: 120_000 }, () => {
  it('ends within 5 s of SIGTERM, and after a restart has lost nothing', async () => {
    const client = await started()
    const bytes = await photo()
    const [, made] = await client.post('pk_ines', [
      ['file', imageFile(bytes)],
      ['name', 'Kept'],
    ])
    const ready = await client.settled('pk_ines', made)
    // The last one's thumbnail may not be made yet.
    const [, last] = await client.post('pk_ines', [
      ['file', imageFile(bytes)],
      ['name', 'Last'],
    ])
    const began = performance.now()
    expect(await client.server.stop()).toBe(0)
    expect(performance.now() - began).toBeLessThan(5000)

    const again = clientOf(await client.server.restart())
    running.push(again)
    const here = (url: string) => url.replace(client.server.origin, again.server.origin)
    const now = (await again.get('pk_ines', made.asset_id))[1]
    expect(now).toEqual({ ...ready, url: here(ready.url), thumbnail_url: here(ready.thumbnail_url) })
    expect((await again.bytes(here(made.url))).equals(bytes)).toBe(true)
    expect((await again.call(here(made.thumbnail_url))).status).toBe(200)
    expect((await again.settled('pk_ines', last)).status).toBe('ready')
    expect((await again.list('pk_ines'))[1].assets.map(({ name }) => name)).toEqual(['Last', 'Kept'])
    expect(await again.server.stop()).toBe(0)
    expect(again.server.errors()).toBe('')
  })

  it('writes PUBLIC_URL into its URLs', async () => {
    const client = await started({ PUBLIC_URL: 'https://cdn.example.com' })
    const [, made] = await client.post('pk_ines', [['file', imageFile(await photo())]])
    for (const url of [made.url, made.thumbnail_url]) {
      expect(url).toMatch(/^https:\/\/cdn\.example\.com\//)
      expect((await client.call(url.replace('https://cdn.example.com', client.server.origin))).status).toBe(200)
    }
  })

  it('ends within 5 s while an import waits for an origin that says nothing', async () => {
    const asked = Promise.withResolvers<void>()
    const origin = await startOrigin(() => asked.resolve())
    onTestFinished(() => origin.close())
    const client = await started({ IMPORT_ALLOW_HOSTS: origin.host })
    const waiting = client.importUrl('pk_ines', { url: `http://${origin.host}/product.jpg` }).catch(() => 'cut off')
    await asked.promise
    const began = performance.now()
    expect(await client.server.stop()).toBe(0)
    expect(performance.now() - began).toBeLessThan(5000)
    expect(await waiting).not.toEqual([201, expect.anything()])
  })

  it('says what is wrong with its environment, and ends', async () => {
    await expect(start({ IMPORT_ALLOW_HOSTS: 'http://example.test/' })).rejects.toThrow(/IMPORT_ALLOW_HOSTS=http:.* is no list/)
  })
})
