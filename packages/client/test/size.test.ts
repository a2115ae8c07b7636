import { expect, it } from 'vitest'
import { pageAssetsScript } from '../src/page-assets.ts'
import { bundleClient, firstLoadBytes, gzipBytes } from './bundle.ts'

it('the client takes at most 6 KB of a page until it sends a large file, 12 KB with everything, and holds nothing of Node', async () => {
  expect(await firstLoadBytes()).toBeLessThanOrEqual(6 * 1024)
  const bundle = await bundleClient('esm')
  expect(gzipBytes(bundle)).toBeLessThanOrEqual(12 * 1024)
  expect(Buffer.from(bundle).toString()).not.toMatch(/node:|require\(/)
})

it('the script of page assets takes at most 3 KB', () => {
  expect(gzipBytes(Buffer.from(pageAssetsScript()))).toBeLessThanOrEqual(3 * 1024)
})
