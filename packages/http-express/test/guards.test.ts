import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { createStowage, ownerOnly } from '@stowage/core'
import { assetApi } from '@stowage/http'
import { expressAssets } from '@stowage/http-express'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** An application that guards a path by itself: its middleware says who may pass, and the assets behind it are for anyone who did. */
async function serve() {
  const stowage = await createStowage({
    storage: memoryStorage(),
    metadata: memoryMetadata(),
    policy: ownerOnly({ read: 'anyone' }),
    workers: false,
    logger: quiet,
  })
  const { id } = await stowage
    .as({ id: 'alice' })
    .upload({ body: Buffer.from('the bytes'), filename: 'a.txt', contentType: 'text/plain' })
  const app = express()
  app.use('/private/assets', (req, res, next) => (req.headers['x-pass'] === 'yes' ? next() : void res.status(418).end()))
  app.use(expressAssets(assetApi(stowage, { basePath: '/private/assets' })))
  const server = createServer(app)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await stowage.close()
  })
  const { port } = server.address() as AddressInfo
  /** Sends a target exactly as it is written. */
  const get = (target: string, more = '') =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let text = ''
      socket.on('error', reject)
      socket.on('data', chunk => {
        text += chunk.toString('latin1')
      })
      socket.on('close', () => resolve(text))
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`)
    })
  return { get, path: `/private/assets/${id}/content` }
}

describe('threat 83: a guard on a path of an Express application', () => {
  it('is passed by no other spelling of that path', async () => {
    const { get, path } = await serve()
    expect(await get(path)).toMatch(/^HTTP\/1.1 418 /)
    expect(await get(path, 'X-Pass: yes\r\n')).toContain('the bytes')
    const targets = [
      `/${path}`,
      path.replace('/assets', '//assets'),
      path.replace('/private', '/PRIVATE'),
      path.replace('/assets', '/Assets'),
      path.replace('/private', '/./private'),
      path.replace('/private', '/x/../private'),
      path.replace('/private', '/%2e/private'),
      path.replace('/private', '/%70rivate'),
      path.replace('/assets', '%2fassets'),
      path.replace('/assets', '/%61ssets'),
      path.replace('/assets', ';a=b/assets'),
      path.replace('/assets', '\\assets'),
      `${path}/`,
      `http://evil.example${path}`,
      `http://evil.example/${path}`,
      `http://x@y${path}`,
      `HTTP://x${path}`,
      `https://x${path}`,
      `${path}?/../x`,
      `//evil.example${path}`,
    ]
    for (const target of targets) {
      const answer = await get(target)
      expect([target, answer.includes('the bytes')]).toEqual([target, false])
      expect([target, [400, 404, 418].includes(Number(answer.slice(9, 12)))]).toEqual([target, true])
    }
  })
})
