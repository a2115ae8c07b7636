import { expect, it } from 'vitest'
import { bundleElements, gzipBytes } from './bundle.ts'

it('both elements, the client and Lit take at most 36 KB of a page, and hold nothing of Node', async () => {
  const bundle = await bundleElements('esm')
  expect(gzipBytes(bundle)).toBeLessThanOrEqual(36 * 1024)
  expect(Buffer.from(bundle).toString()).not.toMatch(/node:|require\(/)
})
