import { createServer } from 'node:http'
import { expressAssets } from '@stowage/http-express'
import express from 'express'
import { expect, it } from 'vitest'
import { openSigned } from '../../http/test/open-signed.ts'
import { signedObjectsCases } from '../../http/test/signed-objects-cases.ts'
import { listen, type Transport } from '../../http/test/transports.ts'

const whole: Transport = { name: 'Express', open: api => listen(createServer(express().use(expressAssets(api)))) }
const mounted: Transport = {
  name: 'an Express mount path',
  open: api => listen(createServer(express().use('/objects', expressAssets(api)))),
}

signedObjectsCases(whole)

it('signed URLs work where a router has cut off the path', async () => {
  const { follow, signPut, signGet } = await openSigned(mounted, { path: '/' })
  expect((await follow(await signPut('a/b'), { body: 'hello' })).status).toBe(201)
  expect((await follow(await signGet('a/b'))).text).toBe('hello')
})
