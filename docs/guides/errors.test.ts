import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorStatus } from '@stowage/core/contracts'
import { expect, it } from 'vitest'

it('the guide lists every error code with its status', async () => {
  const guide = await readFile(join(import.meta.dirname, 'errors.md'), 'utf8')
  const rows = [...guide.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)])
  expect(Object.fromEntries(rows)).toEqual(errorStatus)
})
