import assert from 'node:assert/strict'
import type { ObjectPage, StorageAdapter } from '@stowage/core/contracts'
import { gate } from '../../faults/fault.ts'
import type { Row, RowContext } from '../harness.ts'
import { failsWith, keysOf, text } from '../tools.ts'

const KEYS = [
  'a',
  'b/1',
  'b/2/x',
  't-/1',
  't-/2',
  't-1',
  't.',
  't/1',
  't/2',
  't/u/v',
  't/u-/v',
  't0',
  'tt/1',
  'é/1',
  '\uffee/y',
  '🦄/x',
]
const PREFIXES = ['', 't', 't-', 't-/', 't/', 't/u', 't/u/', 't/u/v', 'b/', '🦄/', 'none', 'none/', '/']

export const delimiterRows: readonly Row[] = [
  { id: 'S52', title: 'keys are rolled up at a delimiter, in one order, on every page size', needs: ['delimiter'], run: rollsUp },
]

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** What a list is: each key, or its beginning up to the first slash behind the prefix, once. */
function rolledUp(keys: readonly string[], prefix: string): string[] {
  const names = keys.filter(key => key.startsWith(prefix)).map(key => key.slice(0, key.indexOf('/', prefix.length) + 1) || key)
  return [...new Set(names)].sort(byBytes)
}

/** Objects and prefixes in one order. A name with a slash at its end is a prefix. */
async function namesOf(storage: StorageAdapter, prefix: string, limit: number): Promise<string[]> {
  const names: string[] = []
  let cursor: string | null = null
  do {
    const page: ObjectPage = await storage.list({ prefix, limit, delimiter: '/', ...(cursor && { cursor }) })
    const { objects, prefixes = [] } = page
    assert.ok(objects.length + prefixes.length <= limit, 'objects and prefixes share the limit')
    assert.ok(prefixes.every(each => each.endsWith('/')) && objects.every(({ key }) => !key.endsWith('/')))
    assert.ok(objects.length + prefixes.length > 0 || page.cursor === null, 'an empty page is the last one')
    const found = [...objects.map(({ key }) => key), ...prefixes].sort(byBytes)
    const [first, last] = [found[0], names.at(-1)]
    const goesOn = first === undefined || last === undefined || byBytes(last, first) < 0
    assert.ok(goesOn, `a page begins with ${first}, which is not behind ${last}`)
    names.push(...found)
    cursor = page.cursor
  } while (cursor !== null)
  return names
}

async function rollsUp(context: RowContext): Promise<void> {
  const { storage, second } = context
  const keys = storage.capabilities.keyMayBePrefix ? [...KEYS, 't', 't-', 't/u'] : KEYS
  for (const key of keys) await storage.put(key, text(key))
  for (const prefix of PREFIXES) {
    for (const limit of [1, 2, 3, 5, 1000])
      assert.deepEqual(await namesOf(second, prefix, limit), rolledUp(keys, prefix), `prefix ${prefix}, pages of ${limit}`)
  }
  assert.equal((await storage.list({ prefix: 't/' })).prefixes, undefined, 'no prefixes unless asked for')
  await cursors(storage)
  await storage.delete(['t-/1', 't-/2'])
  assert.ok(!(await namesOf(storage, 't', 1000)).includes('t-/'), 'a prefix goes with its last object')
  await unfinished(context)
}

async function cursors(storage: StorageAdapter): Promise<void> {
  const rolled = await storage.list({ prefix: 't', limit: 1, delimiter: '/' })
  const plain = await storage.list({ prefix: 't', limit: 1 })
  assert.ok(rolled.cursor && plain.cursor)
  await failsWith(storage.list({ prefix: 't', cursor: rolled.cursor }), 'invalid_cursor')
  await failsWith(storage.list({ prefix: 't', delimiter: '/', cursor: plain.cursor }), 'invalid_cursor')
}

async function unfinished({ storage, second }: RowContext): Promise<void> {
  const door = gate()
  const body = async function* (): AsyncGenerator<Uint8Array, void> {
    yield text('half')
    await door.wait()
  }
  const putting = storage.put('unfinished/k', body())
  await door.reached
  assert.ok(!(await namesOf(second, '', 1000)).includes('unfinished/'), 'what is unfinished has no prefix')
  door.open()
  await putting
  assert.ok((await namesOf(second, '', 1000)).includes('unfinished/'))
  assert.ok((await keysOf(storage)).includes('unfinished/k'))
}
