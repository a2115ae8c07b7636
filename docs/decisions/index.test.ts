import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('the index names every decision', async () => {
  const index = await readFile(join(import.meta.dirname, 'README.md'), 'utf8')
  const pages = (await readdir(import.meta.dirname)).filter(name => /^\d{4}-.*\.md$/.test(name))
  expect(pages.filter(name => !index.includes(`(${name})`))).toEqual([])
})
