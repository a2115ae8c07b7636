import { createStowage, ownerOnly } from '@stowage/core'
import { assetApi } from '@stowage/http'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { expect, it } from 'vitest'
import { conformance, type Told } from './conformance.ts'
import { documentOf } from './document-of.ts'

it('an answer that the document does not describe is found', async () => {
  const stowage = await createStowage({
    storage: memoryStorage(),
    metadata: memoryMetadata(),
    policy: ownerOnly({ read: 'anyone' }),
    workers: false,
  })
  const api = assetApi(stowage, { basePath: '/assets' })
  const { id } = await stowage.trusted.upload({ body: Buffer.from('x'), filename: 'x.txt', contentType: 'text/plain' })
  const judge = conformance(await documentOf(api, '/assets/openapi.json'))
  const path = `/assets/${id}`
  const answer = await api.fetch(new Request(`http://localhost${path}`))
  const asset = (await answer.json()) as Record<string, unknown>
  const told = (body: unknown, rest: Partial<Told> = {}): Told => ({
    method: 'GET',
    path,
    status: 200,
    contentType: 'application/json',
    text: JSON.stringify(body),
    ...rest,
  })
  expect(judge(told(asset))).toEqual([])
  const { etag: _etag, ...without } = asset
  expect(judge(told(without))).toEqual([expect.stringContaining('etag')])
  expect(judge(told({ ...asset, leaseToken: 'x' }))).toEqual([expect.stringContaining('leaseToken')])
  expect(judge(told({ ...asset, sizeBytes: '1' }))).not.toEqual([])
  expect(judge(told({ ...asset, fields: { undeclared: 1 } }))).not.toEqual([])
  expect(judge(told(asset, { status: 418 }))).toEqual([expect.stringContaining('418 is not described')])
  expect(judge(told(asset, { contentType: 'text/html' }))).toEqual([expect.stringContaining('text/html')])
  expect(judge(told({ code: 'not_found' }, { status: 404, contentType: 'application/problem+json' }))).not.toEqual([])
  expect(judge(told(asset, { path: `${path}/link` }))).toEqual(['GET is not described'])
  expect(judge(told(asset, { path: '/elsewhere/1/2/3' }))).toBeNull()
  await stowage.close()
})
