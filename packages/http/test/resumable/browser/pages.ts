import { createHash } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { type Order, partOf, type Told } from './order.ts'

/** What the page's script leaves for tests. */
declare const begin: (order: Order) => void
declare const begun: Promise<Told>
declare const told: Pick<Told, 'failed'>

/** Answers with a page that has both clients. */
export async function servePage(): Promise<RequestListener> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2024',
    platform: 'browser',
    minify: true,
  })
  const script = outputFiles[0]?.contents
  return (request, response) => {
    if (request.url === '/page.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><script src="/page.js"></script>')
  }
}

/** Starts uploads on a page, and tells how they end. */
export function uploadsOn(page: Page) {
  return {
    begin: (order: Order) => page.evaluate(order => begin(order), order),
    end: () => page.evaluate(() => begun),
    /** Comes back once requests have failed. */
    failed: () => page.waitForFunction(() => told.failed > 0),
  }
}

/** What the file of this number must come out as. */
export function digestOf(order: Pick<Order, 'part' | 'sizeBytes'>, number = 0): string {
  const [hash, part] = [createHash('sha256'), partOf(order, number)]
  for (let left = order.sizeBytes; left > 0; left -= part.byteLength) hash.update(part.subarray(0, left))
  return hash.digest('hex')
}
