import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, defineKind, ownerOnly } from '@stowage/core'
import { assetApi, bearer, defineProfile } from '@stowage/http'
import { nodeHandler } from '@stowage/http/node'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { bundleElements } from './bundle.ts'
import { listen } from './listen.ts'
import { picture } from './picture.ts'

const MAX_BYTES = 30_000_000
const STYLE = `
  :root { color-scheme: light dark; font-family: 'Inter', system-ui, sans-serif; background: light-dark(#fbfcfe, #101218); }
  body { margin: 0 auto; padding: 1.5rem 1rem; max-width: 68rem; display: grid; gap: 1.25rem; }
  h1 { margin: 0; font-size: 1.375rem; color: light-dark(#1a1e27, #eceff5) }
`
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Files</title><link rel="icon" href="data:,">
<style>${STYLE}</style><script src="/ui.js" defer></script><body><main style="display: contents"></main>`

const ignore = () => undefined
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

export type World = Awaited<ReturnType<typeof openWorld>>

/** A page with the elements, and the house API on a disk and SQLite: private files of `alice` (the token `secret`). */
export async function openWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-ui-'))
  const bundle = await bundleElements('iife')
  const kind = defineKind({ name: 'asset', policy: ownerOnly(), limits: { maxBytes: MAX_BYTES } })
  const stowage = await createStowage({
    kinds: [kind],
    storage: fsStorage({ root: join(folder, 'objects') }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db'), threads: false }),
    logger: silent,
  })
  const authenticate = bearer(
    new Map([
      ['secret', { id: 'alice' }],
      ['other', { id: 'bob' }],
    ]),
  )
  const api = nodeHandler(assetApi(stowage, [defineProfile(kind, { basePath: '/api/assets', authenticate })]))
  const listener: RequestListener = (request, response) => {
    if (request.url?.startsWith('/api/')) return api(request, response)
    const isScript = request.url === '/ui.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' }).end(isScript ? bundle : PAGE)
  }
  const server = await listen(listener)
  const assets = stowage.as({ id: 'alice' })
  return {
    origin: server.origin,
    /** Puts files in place, the last one first in lists. */
    async seed(files: readonly { name: string; type: string; bytes: Uint8Array; tags?: readonly string[]; title?: string }[]) {
      for (const { name, type, bytes, tags, title } of files) {
        await assets.upload({
          body: chunks(bytes),
          filename: name,
          contentType: type,
          ...(tags && { tags }),
          ...(title && { title }),
        })
      }
    },
    async clear() {
      for (let page = await assets.list(); page.items.length > 0; page = await assets.list()) {
        for (const { id } of page.items) await assets.delete(id)
      }
    },
    list: async () => (await assets.list()).items,
    async close() {
      await server.close()
      await stowage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Files as a visitor has them. */
export const samples = [
  { name: 'Quarterly report.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.7\n%%EOF\n'), tags: ['office'] },
  { name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('hello '.repeat(400)), tags: ['office', 'draft'] },
  { name: 'interview.mp3', type: 'audio/mpeg', bytes: Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0'), Buffer.alloc(81_000)]) },
  { name: 'fonts.zip', type: 'application/zip', bytes: Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]) },
  { name: 'harbour.png', title: 'Harbour at dawn', type: 'image/png', bytes: picture(480, 320, 20), tags: ['harbour', 'sea'] },
  {
    name: 'forest.png',
    title: 'A forest with a name that is much longer than its tile is wide',
    type: 'image/png',
    bytes: picture(320, 480, 120),
    tags: ['trees'],
  },
  { name: 'dusk.png', type: 'image/png', bytes: picture(480, 270, 250), tags: ['harbour'] },
  { name: 'square.png', type: 'image/png', bytes: picture(256, 256, 330) },
]
