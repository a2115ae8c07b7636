import { PutBucketCorsCommand } from '@aws-sdk/client-s3'
import { type S3Server, s3Server } from '@stowage/servers'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hasChromium, launchChromium } from '../../client/test/chromium.ts'
import { MIB, openCloudWorld, sha256 } from '../../http/test/clouds/world.ts'
import { type Opened, openBucket } from './opened.ts'

vi.setConfig({ testTimeout: 180_000 })

const server = await s3Server()

/** Of a page: sends so many bytes straight to the bucket, and answers with what the API made of them. */
async function sendFromPage({ sizeBytes, method }: { readonly sizeBytes: number; readonly method: string }) {
  const bytes = new Uint8Array(sizeBytes).fill(7)
  const ask = async (path: string, body?: object) => {
    const headers = { authorization: 'Bearer alice', 'content-type': 'application/json' }
    const response = await fetch(`/assets${path}`, { method: 'POST', headers, body: JSON.stringify(body ?? {}) })
    return { status: response.status, json: await response.json() }
  }
  const { id, request, partBytes, partCount } = (await ask('/uploads', { sizeBytes, method })).json
  const send = async ({ url, method, headers, fields }: NonNullable<typeof request>, piece: Uint8Array<ArrayBuffer>) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields ?? {})) form.append(name, String(value))
    form.append('file', new Blob([piece]))
    const response = await fetch(url, { method, headers, body: fields ? form : piece })
    if (!response.ok) throw new Error(`The bucket answered ${response.status}.`)
    return response.headers.get('etag')
  }
  if (request) {
    await send(request, bytes)
    return ask(`/uploads/${id}/complete`)
  }
  const partNumbers = Array.from({ length: partCount }, (_, i) => i + 1)
  const signed = (await ask(`/uploads/${id}/parts`, { partNumbers })).json.parts
  const parts = []
  for (const { partNumber, request: part } of signed)
    parts.push({ partNumber, etag: await send(part, bytes.slice((partNumber - 1) * partBytes, partNumber * partBytes)) })
  return ask(`/uploads/${id}/complete`, { parts })
}

describe.skipIf(server === null || !hasChromium)('a page in Chromium sends files straight to the bucket', () => {
  let opened: Opened
  let browser: Browser
  beforeAll(async () => {
    opened = await openBucket(server as S3Server)
    browser = await launchChromium()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await opened?.close()
  })

  async function openPage() {
    const { bucket, through } = opened
    const straight = (prefix: string) => through({ prefix, endpoint: bucket.options.endpoint ?? '' })
    const nothing = () => undefined
    const cloud = { fetch, outage: nothing, strikeJoining: nothing, heal: nothing }
    const world = await openCloudWorld({ ...cloud, at: prefix => ({ storage: straight(prefix), straight: straight(prefix) }) })
    const origin = `http://127.0.0.1:${world.port()}`
    const page: Page = await browser.newPage()
    const said: string[] = []
    page.on('console', message => void said.push(message.text()))
    await page.goto(`${origin}/page`)
    const allow = () =>
      bucket.client.send(
        new PutBucketCorsCommand({
          Bucket: bucket.name,
          CORSConfiguration: {
            CORSRules: [
              { AllowedOrigins: [origin], AllowedMethods: ['PUT', 'POST'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] },
            ],
          },
        }),
      )
    return { world, page, said, allow }
  }

  it('in one request, in a form, and in parts whose ETags it is told, once the bucket’s CORS rules allow its origin', async () => {
    const { world, page, said, allow } = await openPage()
    await expect(page.evaluate(sendFromPage, { sizeBytes: 1000, method: 'put' })).rejects.toThrow(/Failed to fetch/)
    expect(said.join()).toContain('Access-Control-Allow-Origin')
    await allow()
    for (const [method, sizeBytes] of [
      ['put', 100_000],
      ['post', 100_000],
      ['multipart', 8 * MIB + 1000],
    ] as const) {
      said.length = 0
      const sent = page.evaluate(sendFromPage, { sizeBytes, method })
      const { status, json } = await sent.catch(error => expect.fail(`${method}: ${error}\n${said.join('\n')}`))
      expect([method, status, json.sizeBytes, json.sha256]).toEqual([
        method,
        201,
        sizeBytes,
        sha256(new Uint8Array(sizeBytes).fill(7)),
      ])
    }
    await page.close()
    await world.expectNothingLeft(3)
  })
})
