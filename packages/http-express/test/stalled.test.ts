import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { prepareServer } from '@stowage/http/node'
import { fakeClock } from '@stowage/testkit'
import express, { type ErrorRequestHandler } from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'

/** An application that answers nothing itself: Express waits for the end of each request before it says 404. */
async function serve(prepare: (app: express.Express) => void = () => undefined) {
  const app = express()
  prepare(app)
  const server = createServer(app)
  const clock = fakeClock()
  prepareServer(server, { idleTimeoutMs: 1000, clock })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { server, clock, port }
}

/** Sends a request whose body stops; resolves once the server has it. */
async function sendPart({ port, server }: Awaited<ReturnType<typeof serve>>): Promise<{ readonly answer: Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  const collect = (chunk: Buffer) => {
    text += chunk.toString('latin1')
  }
  socket.on('error', () => undefined).on('data', collect)
  const answer = once(socket, 'close').then(() => text)
  const requested = once(server, 'request')
  socket.write(`POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart`)
  await requested
  return { answer }
}

describe('threat 53: a body that stops arriving at a path which is not the API’s', () => {
  it('is answered with 408 though Express still means to answer it with 404, and the process lives', async () => {
    const served = await serve()
    const { answer } = await sendPart(served)
    await served.clock.advance(5000)
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
    const again = await fetch(`http://127.0.0.1:${served.port}/nowhere`)
    expect(again.status).toBe(404)
  })

  it('does the same where a handler failed before the end of the body', async () => {
    const served = await serve(app => {
      app.use(() => {
        throw new Error('broken')
      })
      const silent: ErrorRequestHandler = (error, _req, _res, next) => next(Object.assign(error, { status: 418, stack: 'none' }))
      app.use(silent)
    })
    const { answer } = await sendPart(served)
    await served.clock.advance(5000)
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
    expect((await fetch(`http://127.0.0.1:${served.port}/nowhere`)).status).toBe(418)
  })
})
