import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { prepareServer } from '@stowage/http/node'
import { expect, it, onTestFinished } from 'vitest'

async function serve() {
  const server = createServer((_req, res) => res.end('hello'))
  prepareServer(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const ask = async (): Promise<string> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1').on('data', chunk => {
      text += chunk
    })
    socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')
    await once(socket, 'close')
    return text
  }
  return { server, ask }
}

it('a request for a tunnel is answered with 405, and not with silence', async () => {
  const { ask } = await serve()
  const answer = await ask()
  expect(answer).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/)
  expect(answer).toContain('\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n')
  expect(answer).toContain('This server opens no tunnels.')
})

it('a server that opens tunnels itself is left alone', async () => {
  const { server, ask } = await serve()
  server.on('connect', (_req, socket) => socket.end('HTTP/1.1 200 Tunnel\r\n\r\n'))
  expect(await ask()).toBe('HTTP/1.1 200 Tunnel\r\n\r\n')
})
