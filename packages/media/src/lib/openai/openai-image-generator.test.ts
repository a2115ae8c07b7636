import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenAiImageGeneratorOptions, openAiImageGenerator } from './openai-image-generator.ts'

const KEY = 'sk-secret-0123456789'
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** A server that speaks the images API: what it answers is set by each test. */
let server: Server
let answer: (request: IncomingMessage, response: ServerResponse) => void
let asked: { path: string; authorization: string | undefined; body: Record<string, unknown> }[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
      asked.push({ path: `${request.method} ${request.url}`, authorization: request.headers.authorization, body })
      answer(request, response)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function json(status: number, body: unknown, headers: Record<string, string> = {}): typeof answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

function generate(how: typeof answer, options: Partial<OpenAiImageGeneratorOptions> = {}, signal?: AbortSignal) {
  answer = how
  asked = []
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const generator = openAiImageGenerator({ apiKey: KEY, baseUrl, maxRetries: 0, ...options })
  return generator.generate({ prompt: 'A lighthouse', aspectRatio: '16:9', ...(signal && { signal }) })
}

const picture = json(200, { created: 1, data: [{ b64_json: PNG }] })

describe('a picture', () => {
  it('is asked for with the key, the prompt and the ratio, and decoded', async () => {
    const made = await generate(picture)
    expect(made.contentType).toBe('image/png')
    expect(Buffer.from(made.body as Uint8Array).toString('base64')).toBe(PNG)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ path: 'POST /v1/images/generations', authorization: `Bearer ${KEY}` })
    expect(asked[0]?.body).toMatchObject({ prompt: 'A lighthouse', size: '1536x864', output_format: 'jpeg', n: 1 })
  })

  it('is asked for in a standard size from a model that has only those', async () => {
    await generate(picture, { model: 'gpt-image-1.5', format: 'webp' })
    expect(asked[0]?.body).toMatchObject({ model: 'gpt-image-1.5', size: '1536x1024', output_format: 'webp' })
  })

  it('is asked for again after an answer that may pass', async () => {
    let tries = 0
    const made = await generate(
      (request, response) => {
        tries += 1
        if (tries === 1) json(503, { error: { message: 'busy' } }, { 'retry-after-ms': '1' })(request, response)
        else picture(request, response)
      },
      { maxRetries: 1 },
    )
    expect(tries).toBe(2)
    expect(made.contentType).toBe('image/png')
  })
})

describe('failures', () => {
  it.each([
    ['a refused prompt', 400, { code: 'moderation_blocked', message: 'Your request was rejected.' }, 'unprocessable', false],
    ['a prompt that is too long', 400, { code: null, param: 'prompt', message: 'too long' }, 'unprocessable', false],
    ['a wrong key', 401, { code: 'invalid_api_key', message: `Incorrect API key provided: ${KEY}` }, 'unavailable', false],
    ['a key without the right', 403, { code: null, message: `Key ${KEY} may not` }, 'unavailable', false],
    ['an unknown model', 404, { code: 'model_not_found', message: 'no such model' }, 'unavailable', false],
    ['an empty account', 429, { code: 'insufficient_quota', message: 'pay' }, 'unavailable', false],
    ['too many requests', 429, { code: 'rate_limit_exceeded', message: `slow down, ${KEY}` }, 'rate_limited', true],
    ['another bad request', 400, { code: 'invalid_value', message: `${KEY}` }, 'bad_gateway', false],
    ['a broken API', 500, { message: `oops ${KEY}` }, 'bad_gateway', true],
    ['an API without time', 504, { message: 'late' }, 'timeout', true],
  ] as const)('%s', async (_name, status, error, code, retryable) => {
    const failure: Error = await generate(json(status, { error }, { 'retry-after': '7' })).catch(e => e)
    expect(failure).toMatchObject({ name: 'StowageError', code, retryable })
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(KEY)
    if (code === 'rate_limited') expect(failure).toMatchObject({ details: { retryAfterSeconds: 7 } })
  })

  it.each([
    ['no JSON', '<html>'],
    ['no data', {}],
    ['an empty list', { data: [] }],
    ['an address instead of a picture', { data: [{ url: 'http://127.0.0.1/picture.png' }] }],
    ['a number', { data: [{ b64_json: 7 }] }],
    ['no base64', { data: [{ b64_json: `${PNG.slice(0, 40)}!!!!${PNG.slice(44)}` }] }],
    ['no picture', { data: [{ b64_json: Buffer.from('<svg onload=alert(1)>').toString('base64') }] }],
    ['null', 'null'],
  ])('an answer with %s is a bad gateway', async (_name, body) => {
    await expect(generate(json(200, body))).rejects.toMatchObject({ code: 'bad_gateway' })
  })

  it('a picture over the limit is refused, and asked for once', async () => {
    await expect(generate(picture, { maxBytes: 60, maxRetries: 2 })).rejects.toMatchObject({ code: 'bad_gateway' })
    expect(asked).toHaveLength(1)
  })

  it('an endless answer is cut off at the limit, and asked for once', async () => {
    let sent = 0
    let onCut: () => void
    const cut = new Promise<void>(resolve => {
      onCut = resolve
    })
    const endless: typeof answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":[{"b64_json":"')
      response.on('close', onCut)
      const more = () => {
        while (!response.destroyed && response.write('A'.repeat(65_536))) sent += 65_536
      }
      response.on('drain', more)
      more()
    }
    await expect(generate(endless, { maxBytes: 1000, maxRetries: 2 })).rejects.toMatchObject({ code: 'bad_gateway' })
    await cut
    expect(sent).toBeLessThan(32 * 1024 * 1024)
    expect(asked).toHaveLength(1)
  })

  it('an answer that never comes, or never ends, is a timeout', async () => {
    await expect(generate(() => undefined, { timeoutMs: 80 })).rejects.toMatchObject({ code: 'timeout', retryable: true })
    const half: typeof answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":')
    }
    await expect(generate(half, { timeoutMs: 80 })).rejects.toMatchObject({ code: 'timeout' })
  })

  it('a caller who gives up is obeyed before and during the answer', async () => {
    await expect(generate(picture, {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' })
    expect(asked).toHaveLength(0)
    const controller = new AbortController()
    await expect(generate(() => controller.abort(), {}, controller.signal)).rejects.toMatchObject({ code: 'aborted' })
  })

  it('a cut or refused connection is a bad gateway that may pass', async () => {
    await expect(generate(request => request.socket.destroy())).rejects.toMatchObject({ code: 'bad_gateway', retryable: true })
    const nobody = { baseUrl: 'http://127.0.0.1:9/v1' }
    await expect(generate(picture, nobody)).rejects.toMatchObject({ code: 'bad_gateway', retryable: true })
  })

  it('a redirect is not followed', async () => {
    await expect(generate(json(307, '', { location: '/v1/elsewhere' }))).rejects.toMatchObject({ code: 'bad_gateway' })
    expect(asked).toHaveLength(1)
  })
})

describe('options', () => {
  it.each([
    { apiKey: '' },
    { apiKey: 'two words' },
    { model: '' },
    { baseUrl: 'ftp://example.org' },
    { baseUrl: 'https://user:pass@example.org' },
    { baseUrl: 'nowhere' },
    { format: 'svg' },
    { timeoutMs: 0 },
    { timeoutMs: 300_000 },
    { maxBytes: 0 },
    { maxRetries: -1 },
  ])('refuses %j', options => {
    const all = { apiKey: KEY, ...options } as OpenAiImageGeneratorOptions
    expect(() => openAiImageGenerator(all)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
