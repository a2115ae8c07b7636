import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gate } from '@stowage/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isCounting, openCounting } from './counting-server.ts'
import { as } from './open-api.ts'

async function open() {
  const root = await mkdtemp(join(tmpdir(), 'stowage-downloads-'))
  const server = await openCounting(root)
  onTestFinished(async () => {
    await server.close()
    await rm(root, { recursive: true, force: true })
  })
  const upload = async (body: string | Uint8Array): Promise<{ id: string; path: string }> => {
    const headers = { ...as('alice'), 'content-type': 'text/plain' }
    const { json } = await server.send('/files?filename=a.txt', { method: 'POST', headers, body })
    return { id: json.id, path: `/files/${json.id}/content` }
  }
  const countOf = async (id: string) => (await server.send(`/files/${id}`)).json.downloadCount
  return { ...server, upload, countOf }
}

describe('downloads over HTTP', () => {
  it.each([
    ['small ones, from memory', 5000],
    ['large ones', 200_000],
  ])('count once each where they begin, and not where nothing new is sent: %s', async (_name, size) => {
    const { send, upload, countOf } = await open()
    const { id, path } = await upload(Buffer.alloc(size, 'x'))
    const etag = (await send(path, { method: 'HEAD' })).headers.get('etag') as string
    const ask = async (headers: Record<string, string> = {}, method = 'GET') => (await send(path, { method, headers })).status
    expect(await countOf(id)).toBe(0)
    expect([
      await ask({ 'if-none-match': etag }),
      await ask({ 'if-match': '"x"' }),
      await ask({ range: 'bytes=999999-' }),
    ]).toEqual([304, 412, 416])
    expect([
      await ask({ range: 'bytes=1-' }),
      await ask({ range: 'bytes=-5' }),
      await ask({ range: 'bytes=0-9' }, 'HEAD'),
    ]).toEqual([206, 206, 200])
    expect(await countOf(id)).toBe(0)
    expect([await ask(), await ask({ range: 'bytes=0-9' }), await ask({ range: 'bytes=0-9', 'if-range': '"x"' })]).toEqual([
      200, 206, 200,
    ])
    expect(await countOf(id)).toBe(3)
  })

  it('count through a signed link, and not for pictures of the file, by link or not', async () => {
    const { send, upload, countOf } = await open()
    const { id, path } = await upload('the bytes of it')
    const headers = { ...as('alice'), 'content-type': 'application/json' }
    const link = async (body: string) => (await send(`/files/${id}/link`, { method: 'POST', headers, body })).json.url as string
    expect((await send(await link('{"derivative":"thumb"}'))).status).toBe(200)
    expect((await send(path.replace('content', 'derivatives/thumb'))).status).toBe(200)
    expect(await countOf(id)).toBe(0)
    expect((await send(await link('{}'))).status).toBe(200)
    expect(await countOf(id)).toBe(1)
    expect((await send('/files')).json.items[0].downloadCount).toBe(1)
  })

  it('wait for no database: they are answered while counters cannot be written', async () => {
    const { send, upload, metadata, countOf, stowage } = await open()
    const { id, path } = await upload('x')
    const door = gate()
    metadata.inject({ on: 'commit', where: isCounting, fault: { kind: 'wait', when: 'before', until: () => door.wait() } })
    expect((await send(path)).status).toBe(200)
    await door.reached
    for (let time = 0; time < 5; time++) expect((await send(path)).text).toBe('x')
    door.open()
    expect(await countOf(id)).toBe(6)
    expect((await stowage.trusted.list()).items[0]?.downloadCount).toBe(6)
  })

  it('change no version: a record’s ETag stays', async () => {
    const { send, upload, countOf } = await open()
    const { id, path } = await upload('x')
    const before = (await send(`/files/${id}`)).headers.get('etag') as string
    await send(path)
    expect(await countOf(id)).toBe(1)
    const headers = { ...as('alice'), 'content-type': 'application/json', 'if-match': before }
    expect((await send(`/files/${id}`, { method: 'PATCH', headers, body: '{"title":"x"}' })).json).toMatchObject({
      downloadCount: 1,
    })
  })
})
