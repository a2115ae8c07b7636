import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { ownerOnly } from '@stowage/core'
import { redirect } from '@stowage/http'
import { expect, it, onTestFinished, vi } from 'vitest'
import { alice, type Cloud, type CloudWorld, html, keptOpen, openCloudWorld } from './world.ts'

/** What an escaping that is wrong would read in another way. */
const ODD = 'a b%41 100% ?x=1&y #é日本 +;,"quoted".txt'
const policy = ownerOnly({ read: 'public' })
const bob = { authorization: 'Bearer bob' }

const make = (world: CloudWorld, body: Uint8Array, more: object = {}) =>
  world.stowage.as({ id: 'alice' }).upload({ body, contentType: 'text/plain', filename: ODD, visibility: 'private', ...more })

/** Bytes that a real cloud sends to whom it was told to. */
export function deliveryCases(cloudOf: () => Cloud): void {
  const open = (expiresInSeconds = 300) => openCloudWorld(cloudOf(), { policy, delivery: { by: redirect({ expiresInSeconds }) } })

  it('is by the bucket, with type and name as the API would send them, and by nobody for who may not read', async () => {
    const world = await open()
    const { id } = await make(world, Buffer.from('0123456789'))
    const redirected = await world.get(`/${id}/content`, alice)
    expect([redirected.status, redirected.bytes.length, redirected.headers.get('etag')]).toEqual([302, 0, null])
    expect(redirected.headers.get('cache-control')).toBe('private, no-store')
    const location = redirected.headers.get('location') ?? ''
    const whole = await world.follow(location)
    expect([whole.status, await whole.text()]).toEqual([200, '0123456789'])
    expect(whole.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(whole.headers.get('content-disposition')).toMatch(/^inline; filename=".*"; filename\*=UTF-8''a%20b%2541/)
    const [part, rest] = await Promise.all(['bytes=2-4', 'bytes=7-'].map(range => world.follow(location, { headers: { range } })))
    expect([part?.status, part?.headers.get('content-range'), await part?.text()]).toEqual([206, 'bytes 2-4/10', '234'])
    expect([rest?.status, await rest?.text()]).toEqual([206, '789'])
    // Neither without the signature, nor with another disposition in it.
    for (const url of [location.split('?')[0] ?? '', location.replace('inline', 'attachment')]) {
      expect(url).not.toBe(location)
      expect((await world.follow(url)).status).toBeGreaterThanOrEqual(400)
    }
    for (const headers of [{}, bob]) {
      const answer = await world.get(`/${id}/content`, headers)
      expect([401, 404]).toContain(answer.status)
      expect([answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([null, 'no-store'])
    }
    const page = await make(world, html(500), { contentType: 'text/html', filename: 'a.html', visibility: 'public' })
    const shown = await world.get(`/${page.id}/content`)
    expect([shown.status, shown.headers.get('cache-control')]).toEqual([302, 'public, no-cache'])
    const saved = await world.follow(shown.headers.get('location') ?? '')
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment/)
    await saved.arrayBuffer()
  })

  it('judges conditions, ranges and HEAD before the bucket is asked; the URL ends', async () => {
    const world = await open(1)
    const { id } = await make(world, Buffer.from('0123456789'))
    const path = `/${id}/content`
    const head = await world.get(path, alice, 'HEAD')
    const etag = head.headers.get('etag') ?? ''
    expect([head.status, head.headers.get('content-length'), head.headers.get('location')]).toEqual([200, '10', null])
    for (const [headers, status] of [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-match': '"other"' }, 412],
      [{ range: 'bytes=10-' }, 416],
      [{ range: 'bytes=0-1', 'if-match': etag }, 302],
    ] as const)
      expect([headers, (await world.get(path, { ...alice, ...headers })).status]).toEqual([headers, status])
    const location = (await world.get(path, alice)).headers.get('location') ?? ''
    const statusNow = async () => {
      const answer = await world.follow(location)
      await answer.arrayBuffer()
      return answer.status
    }
    await vi.waitFor(async () => expect(await statusNow()).toBeGreaterThanOrEqual(400), { timeout: 30_000, interval: 200 })
  })

  it('of what lies on a disk that signs nothing is from here, beside what the bucket sends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-mixed-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const world = await open()
    const disk = fsStorage({ root: join(folder, 'objects') })
    onTestFinished(() => disk.close())
    const inBucket = await make(world, Buffer.from('in the bucket'))
    await world.reopen({ storage: keptOpen(disk), otherStorages: [keptOpen(world.storage)], delivery: {} })
    const onDisk = await make(world, Buffer.from('on the disk'))
    await world.reopen({ otherStorages: [keptOpen(disk)] })
    const direct = await world.get(`/${onDisk.id}/content`, alice)
    expect([direct.status, direct.text, direct.headers.get('location')]).toEqual([200, 'on the disk', null])
    const part = await world.get(`/${onDisk.id}/content`, { ...alice, range: 'bytes=3-5' })
    expect([part.status, part.text]).toEqual([206, 'the'])
    const { token } = await world.stowage.as({ id: 'alice' }).createLink(onDisk.id)
    expect((await world.get(`/links/${token}`)).text).toBe('on the disk')
    const away = await world.get(`/${inBucket.id}/content`, alice)
    expect(away.status).toBe(302)
    expect(await (await world.follow(away.headers.get('location') ?? '')).text()).toBe('in the bucket')
  })
}
