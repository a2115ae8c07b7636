import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { honoAssets } from '@stowage/http-hono'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { openSigned } from '../../http/test/open-signed.ts'
import { signedObjectsCases } from '../../http/test/signed-objects-cases.ts'
import { listen, type Transport } from '../../http/test/transports.ts'

const mountedAt = (name: string, path: string): Transport => ({
  name,
  open: api => listen(createServer(getRequestListener(new Hono().route(path, honoAssets(api)).fetch))),
})

signedObjectsCases(mountedAt('Hono', '/'))

it('signed URLs work below a base path', async () => {
  const { follow, signPut, signGet } = await openSigned(mountedAt('a base path of Hono', '/objects'), { path: '/' })
  expect((await follow(await signPut('a/b'), { body: 'hello' })).status).toBe(201)
  expect((await follow(await signGet('a/b'))).text).toBe('hello')
})
