import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StorageCapabilities } from '@stowage/core/contracts'
import memoryDriver from 'unstorage/drivers/memory'
import { expect, test } from 'vitest'
import { fromUnstorage } from '../src/unstorage.ts'
import { sources } from './sources.ts'

test('the table of what a bridge can do says what every bridge declares', async () => {
  const text = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const table = text.slice(text.indexOf('## What it can do'), text.indexOf('## How objects are kept'))
  const rows = [...table.matchAll(/^\| (.+) \| (yes|no) \|/gm)]
  const said = Object.fromEntries(
    rows.flatMap(([, names = '', answer]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, answer === 'yes'])),
  )
  const bridges = [fromUnstorage(memoryDriver()), ...Object.values(sources).map(make => make('/none'))]
  for (const { capabilities } of bridges) {
    const flags = Object.entries(capabilities).filter(([, value]) => typeof value === 'boolean')
    expect(said).toMatchObject(Object.fromEntries(flags))
    expect(capabilities.maxKeyBytes satisfies StorageCapabilities['maxKeyBytes']).toBe(1024)
  }
})
