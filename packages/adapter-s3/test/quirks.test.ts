import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { flavors } from '../src/lib/quirks.ts'

it('the table in the README is what the flavors are', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const rows = readme.split('\n').flatMap(line => (/^\| (?:quirk|`\w+`:)/.test(line) ? [line.split('|').slice(1, -1)] : []))
  const [head = [], ...body] = rows.map(cells => cells.map(cell => cell.trim()))
  const names = head.slice(1).map(cell => cell.replaceAll('`', ''))
  const table = names.map((name, index) => {
    const quirks = body.map(([quirk = '', ...cells]) => [/`(\w+)`/.exec(quirk)?.[1], cells[index] === 'yes'])
    return [name, Object.fromEntries(quirks)]
  })
  expect(Object.fromEntries(table)).toEqual(flavors)
})
