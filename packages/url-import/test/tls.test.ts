import { describe, expect, it } from 'vitest'
import { certificate, failureOf, guarded, origin, PUBLIC, take } from './world.ts'

const REFUSED = { code: 'unprocessable', message: expect.stringMatching(/^The file at this URL cannot be imported/) }

describe('https', () => {
  it('is verified for the name that was asked for, though the connection goes to an address', async () => {
    const names: unknown[] = []
    const { port } = await origin(
      (req, res) => {
        names.push(Reflect.get(req.socket, 'servername'))
        res.end('secret')
      },
      { tls: true },
    )
    const { importer, connects } = guarded({ ports: [port], ca: certificate, resolve: async () => [PUBLIC] })
    for (const host of ['public.example', 'PUBLIC.example', 'public.example.', PUBLIC]) {
      expect(String(await take(importer, `https://${host}:${port}/`))).toBe('secret')
    }
    expect(names).toEqual(['public.example', 'public.example', 'public.example', false])
    expect(new Set(connects)).toEqual(new Set([`${PUBLIC}:${port}`]))
    expect(await failureOf(importer, `https://other.example:${port}/`)).toMatchObject(REFUSED)
  })

  it('with a certificate that nobody vouches for is refused, whatever the environment says', async () => {
    const { port } = await origin((_req, res) => res.end('secret'), { tls: true })
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    try {
      const { importer } = guarded({ ports: [port] })
      expect(await failureOf(importer, `https://public.example:${port}/`)).toMatchObject(REFUSED)
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
    }
  })

  it('threat 65: is not left by a redirect, unless that was allowed', async () => {
    const plain = await origin((_req, res) => res.end('plain'))
    const { port } = await origin(
      (_req, res) => void res.writeHead(302, { location: `http://public.example:${plain.port}/` }).end(),
      { tls: true },
    )
    const ports = [port, plain.port]
    const { importer, connects } = guarded({ ports, ca: certificate })
    expect(await failureOf(importer, `https://public.example:${port}/`)).toMatchObject(REFUSED)
    expect(connects.length).toBe(1)
    const lax = guarded({ ports, ca: [certificate], allowDowngrade: true })
    expect(String(await take(lax.importer, `https://public.example:${port}/`))).toBe('plain')
  })
})
