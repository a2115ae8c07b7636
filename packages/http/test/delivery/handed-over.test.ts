import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly } from '@stowage/core'
import { assetApi, type Delivery } from '@stowage/http'
import { accelRedirect, sendfile } from '@stowage/http/node'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { expect, it } from 'vitest'
import { openDelivery } from './delivery-world.ts'
import { handedOverCases } from './handed-over-cases.ts'
import { apache, caddy, nginx } from './web-server.ts'

handedOverCases(nginx, 'x-accel-redirect', ({ root }) => accelRedirect({ prefix: '/_objects/', root }))
handedOverCases(apache, 'x-sendfile', () => sendfile())
handedOverCases(caddy, 'x-sendfile', () => sendfile())

async function refusal(by: Delivery, storage = memoryStorage()): Promise<string> {
  const stowage = await createStowage({ storage, metadata: memoryMetadata(), policy: ownerOnly(), workers: false })
  try {
    assetApi(stowage, { basePath: '/x', delivery: { by } })
    return ''
  } catch (error) {
    return String(error)
  } finally {
    await stowage.close()
  }
}

it('a storage without local files is refused when the api is made', async () => {
  const { root } = await openDelivery({ by: () => 'proxy' })
  expect(await refusal(accelRedirect({ prefix: '/_objects', root }))).toMatch(/TypeError: accelRedirect: .* no local files/)
  expect(await refusal(sendfile())).toMatch(/TypeError: sendfile: .* no local files/)
})

it('a root that is not there is refused when the api is made, and a prefix or header that is none at once', async () => {
  const { root } = await openDelivery({ by: () => 'proxy' })
  const none = accelRedirect({ prefix: '/_objects', root: `${root}/none` })
  expect(await refusal(none, fsStorage({ root }) as never)).toMatch(/TypeError: accelRedirect: there is no folder/)
  for (const prefix of ['', '_objects', '/', '/a b/', '/a?b', '/a%20', '//a', '@named'])
    expect(() => accelRedirect({ prefix, root })).toThrow(TypeError)
  for (const header of ['', 'X Send', 'X:', 'X\r\nY']) expect(() => sendfile({ header })).toThrow(TypeError)
})

it('an object outside the root is never handed over', async () => {
  const { make, send, folder } = await openDelivery({
    by: ({ storage }) => accelRedirect({ prefix: '/_objects', root: storage.name === 'fs' ? '/proc/self' : '' }),
  })
  const { id } = await make('hello')
  const { status, headers, text } = await send(`/files/${id}/content`)
  expect([status, headers.get('x-accel-redirect'), text.includes(folder)]).toEqual([500, null, false])
})
