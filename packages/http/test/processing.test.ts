import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, ownerOnly } from '@stowage/core'
import type { Processor } from '@stowage/core/contracts'
import { assetApi, bearer, defineProfile } from '@stowage/http'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { expect, it, onTestFinished } from 'vitest'

const sizes: Processor = {
  name: 'sizes',
  accepts: type => type === 'text/plain',
  process: async ({ asset }) => ({ properties: { bytes: asset.sizeBytes } }),
}

it('a file that is kept back until it is processed says so, and when to come again', async () => {
  const root = await mkdtemp(join(tmpdir(), 'stowage-http-'))
  const kind = defineKind({ name: 'note', policy: ownerOnly({ read: 'anyone' }), processing: { gate: true } })
  const stowage = await createStowage({
    kinds: [kind],
    storage: fsStorage({ root: join(root, 'objects') }),
    metadata: sqliteMetadata({ file: join(root, 'assets.db'), threads: false }),
    processors: [sizes],
    workers: false,
  })
  onTestFinished(async () => {
    await stowage.close()
    await rm(root, { recursive: true, force: true })
  })
  const authenticate = bearer(new Map([['alice', { id: 'alice' }]]))
  const api = assetApi(stowage, [defineProfile(kind, { basePath: '/notes', authenticate })])
  const call = (path: string, init: RequestInit = {}) => api.fetch(new Request(`http://localhost/notes${path}`, init))
  const headers = { authorization: 'Bearer alice', 'content-type': 'text/plain' }
  const uploaded = (await (await call('?filename=a.txt', { method: 'POST', headers, body: 'one two' })).json()) as { id: string }
  expect(uploaded).toMatchObject({ state: 'ready', processing: 'pending', processingError: null, processingProgress: null })
  for (const method of ['GET', 'HEAD']) {
    const answer = await call(`/${uploaded.id}/content`, { method })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '1'])
    if (method === 'GET')
      expect(await answer.json()).toMatchObject({ code: 'conflict', detail: expect.stringMatching(/processed/) })
  }
  await stowage.sweep()
  const done = await call(`/${uploaded.id}`)
  expect(await done.json()).toMatchObject({ processing: 'done', properties: { bytes: 7 } })
  expect(await (await call(`/${uploaded.id}/content`)).text()).toBe('one two')
})
