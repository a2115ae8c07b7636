import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createStowage, defineKind, type Kind, ownerOnly } from '@stowage/core'
import { assetApi, bearer, defineProfile, type ProfileOptions } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { chromium } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { everySortOfField } from './every-sort-of-field.ts'

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const HOSTILE = '<script>alert(1)</script>"\'&`</style>'
const hostile = defineKind({
  name: 'hostile',
  policy: ownerOnly({ read: 'public' }),
  fields: z.object({ [HOSTILE]: z.string().describe(HOSTILE).default(HOSTILE).optional(), choice: z.enum([HOSTILE]).optional() }),
})

async function openPage(kind: Kind, options: Partial<ProfileOptions> = {}) {
  const stowage = await createStowage({ kinds: [kind], storage: memoryStorage(), metadata: memoryMetadata(), workers: false })
  onTestFinished(() => stowage.close())
  const profile = { basePath: '/files', authenticate: bearer(new Map()), ...options } as ProfileOptions
  const api = assetApi(stowage, [defineProfile(kind, profile)])
  const answer = await api.fetch(new Request('http://localhost/files/reference'))
  return { api, answer, page: await answer.text() }
}

describe('the reference page', () => {
  it('is one page that runs nothing, fetches nothing and may not be framed', async () => {
    const { answer, page } = await openPage(everySortOfField)
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
    const digest = createHash('sha256').update(style).digest('base64')
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    expect([answer.headers.get('content-type'), answer.headers.get('x-content-type-options')]).toEqual([
      'text/html; charset=utf-8',
      'nosniff',
    ])
    expect(page).not.toMatch(
      /<(?:script|link|img|iframe|object|base)\b|\son\w+=|\sstyle=|url\(|@import|https?:\/\/(?!assets\.example|files\.example)/i,
    )
  })

  it('shows every operation, and each of its links leads somewhere', async () => {
    const { page } = await openPage(everySortOfField)
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id)
    expect(links.filter(id => !ids.has(id))).toEqual([])
    expect([...ids]).toEqual(
      expect.arrayContaining(['upload', 'list', 'linkContent', 'credentials', 'schema-Asset', 'schema-Problem']),
    )
    expect(page).toContain('<code>/files/{id}/derivatives/{name}</code>')
  })

  it('shows text of the application as text', async () => {
    const { page } = await openPage(hostile, {
      describe: { title: HOSTILE, version: HOSTILE, description: HOSTILE },
      scopes: { list: HOSTILE },
      upload: { fileField: HOSTILE },
    })
    expect(page).not.toContain('<script')
    expect(page.match(/<\/style>/g)).toHaveLength(1)
    expect(page.match(/&#60;script&#62;alert\(1\)/g)?.length).toBeGreaterThan(8)
  })

  it.skipIf(!existsSync(CHROMIUM))(
    'is readable without JavaScript, in light and in dark, and leads to the document',
    async () => {
      const { api } = await openPage(everySortOfField)
      const server = createServer(nodeHandler(api))
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void server.close())
      const browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      })
      onTestFinished(() => browser.close())
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const papers: string[] = []
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ javaScriptEnabled: false, colorScheme })
        const page = await context.newPage()
        const complaints: string[] = []
        page.on('console', message => complaints.push(message.text()))
        await page.goto(`${origin}/files/reference`)
        await page.locator('#list summary', { hasText: 'Parameters' }).click()
        expect(await page.locator('#list dt', { hasText: 'sizeBytes[gte]' }).isVisible()).toBe(true)
        // The icon that a browser asks for by itself is none of the page's.
        expect(complaints.filter(text => !text.includes('favicon') && !text.includes('404'))).toEqual([])
        papers.push((await page.screenshot({ clip: { x: 600, y: 4, width: 2, height: 2 } })).toString('base64'))
        await page.getByRole('link', { name: 'OpenAPI document' }).click()
        await page.waitForURL(`${origin}/files/openapi.json`)
      }
      expect(papers[0]).not.toBe(papers[1])
    },
    60_000,
  )
})
