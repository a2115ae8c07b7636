import { connect } from 'node:net'
import { honoAssets } from '@stowage/http-hono'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { openApp } from './open-app.ts'

/** An application that guards a path by itself: its middleware says who may pass, and the assets behind it are for anyone who did. */
async function serveGuarded() {
  const { stowage, port } = await openApp(
    'Node',
    api =>
      new Hono()
        .use('/private/assets/*', async (c, next) => (c.req.header('x-pass') === 'yes' ? await next() : c.body(null, 418)))
        .route('/', honoAssets(api)),
    { basePath: '/private/assets' },
  )
  const { id } = await stowage
    .as({ id: 'alice' })
    .upload({ body: Buffer.from('the bytes'), filename: 'a.txt', contentType: 'text/plain' })
  /** Sends a target exactly as it is written. */
  const get = (target: string, more = '', { method = 'GET', host = 'x' } = {}) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port as number, '127.0.0.1')
      let text = ''
      socket.on('error', reject)
      socket.on('data', chunk => {
        text += chunk.toString('latin1')
      })
      socket.on('close', () => resolve(text))
      socket.write(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`)
    })
  return { get, path: `/private/assets/${id}/content` }
}

describe('threat 83: a guard on a path of a Hono application', () => {
  it('is passed by no other spelling of that path, nor by another method', async () => {
    const { get, path } = await serveGuarded()
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
      path.replace('/private', '/x/%2e%2E/private'),
      path.replace('/content', '/%2e%2e/content'),
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
      `${path}#/../x`,
      `//evil.example${path}`,
    ]
    for (const target of targets) {
      const answer = await get(target)
      expect([target, answer.includes('the bytes')]).toEqual([target, false])
      expect([target, [400, 404, 418].includes(Number(answer.slice(9, 12)))]).toEqual([target, true])
    }
    for (const host of ['x/y', 'x/private/assets?', 'x#', 'x\\', '@x', 'x/..'])
      expect([host, await get(path, '', { host })]).toEqual([host, expect.stringMatching(/^HTTP\/1.1 4(00|04|18) /)])
    for (const method of ['HEAD', 'OPTIONS', 'POST', 'PROPFIND'])
      expect(await get(path, 'X-HTTP-Method-Override: GET\r\n', { method })).toMatch(/^HTTP\/1.1 418 /)
  })
})
