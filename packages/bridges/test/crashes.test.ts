import { isStowageError, type UnfinishedWrite } from '@stowage/core/contracts'
import { gate } from '@stowage/testkit'
import memoryDriver from 'unstorage/drivers/memory'
import { describe, expect, test } from 'vitest'
import { fromUnstorage } from '../src/unstorage.ts'

const CHUNK = 1024
const BODY = Buffer.alloc(3 * CHUNK + 10, 'x')

/** A bridge over memory whose process can die: from the n-th change on, nothing more reaches the driver. */
async function mortal() {
  const driver = memoryDriver()
  const values = driver.getInstance?.() as Map<string, Uint8Array>
  let changesLeft = Number.POSITIVE_INFINITY
  let tears = false
  const change = (apply: () => void, tear?: () => void) => {
    changesLeft -= 1
    if (changesLeft >= 0) return apply()
    if (changesLeft === -1 && tears) tear?.()
    throw new Error('the process died')
  }
  const dying = {
    ...driver,
    setItemRaw: (key: string, value: Uint8Array) =>
      change(
        () => void values.set(key, value),
        () => void values.set(key, value.subarray(0, value.byteLength / 2)),
      ),
    removeItem: (key: string) => change(() => void values.delete(key)),
  }
  const storage = fromUnstorage(dying, { chunkBytes: CHUNK })
  await storage.open()
  return {
    values,
    storage,
    /** What another process sees. */
    other: fromUnstorage(driver, { chunkBytes: CHUNK }),
    die: (afterChanges: number, torn: boolean) => {
      changesLeft = afterChanges
      tears = torn
    },
    changes: () => changesLeft,
  }
}
type World = Awaited<ReturnType<typeof mortal>>

async function textOf({ other }: World, key = 'k'): Promise<string | null> {
  const content = await other.get(key).catch(error => {
    if (isStowageError(error, 'not_found')) return null
    throw error
  })
  if (!content) return null
  const chunks: Uint8Array[] = []
  for await (const chunk of content.body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function unfinishedOf({ other }: World): Promise<UnfinishedWrite[]> {
  const writes: UnfinishedWrite[] = []
  for await (const write of other.unfinished.list()) writes.push(write)
  return writes
}

/** Lets an operation die at each of its changes, before it and half done, and gives what is left to `check`. */
async function atEachChange(
  prepare: (world: World) => Promise<unknown>,
  operation: (world: World) => Promise<unknown>,
  check: (world: World) => Promise<void>,
) {
  let died = 0
  for (let at = 0; ; at += 1) {
    let over = true
    for (const torn of [false, true]) {
      const world = await mortal()
      await prepare(world)
      world.die(at, torn)
      await operation(world).catch(() => undefined)
      if (world.changes() < 0) {
        over = false
        died += 1
        await check(world)
      }
    }
    if (over) return died
  }
}

const nothing = async () => undefined
describe('a process that dies at any change of its source', () => {
  test('while it writes, leaves the whole object or none, and the rest is found and removed', async () => {
    const died = await atEachChange(
      nothing,
      ({ storage }) => storage.put('k', BODY),
      async world => {
        expect([null, BODY.toString()]).toContain(await textOf(world))
        for (const write of await unfinishedOf(world)) await world.other.unfinished.remove(write)
        expect([null, BODY.toString()]).toContain(await textOf(world))
        expect(await unfinishedOf(world)).toEqual([])
        await world.other.delete(['k'])
        expect([...world.values.keys()]).toEqual(['stowage:notes:marker'])
      },
    )
    expect(died).toBeGreaterThan(10)
  })

  test('while it writes over another, leaves the old object or the new one', async () => {
    const old = ({ storage }: World) => storage.put('k', Buffer.from('old'))
    await atEachChange(
      old,
      ({ storage }) => storage.put('k', BODY),
      async world => {
        expect(['old', BODY.toString()]).toContain(await textOf(world))
        for (const write of await unfinishedOf(world)) await world.other.unfinished.remove(write)
        expect(['old', BODY.toString()]).toContain(await textOf(world))
        await world.other.delete(['k'])
        expect([...world.values.keys()]).toEqual(['stowage:notes:marker'])
      },
    )
  })

  test('while it deletes, leaves the whole object or none; a second delete ends it', async () => {
    const both = async ({ storage }: World) => {
      await storage.put('k', Buffer.from('old'))
      await storage.put('k', BODY)
    }
    await atEachChange(
      both,
      ({ storage }) => storage.delete(['k']),
      async world => {
        expect([null, BODY.toString()]).toContain(await textOf(world))
        await world.other.delete(['k'])
        expect([...world.values.keys()]).toEqual(['stowage:notes:marker'])
      },
    )
    await atEachChange(
      both,
      ({ storage }) => storage.delete(['k']),
      async world => {
        const before = await textOf(world)
        for (const write of await unfinishedOf(world)) await world.other.unfinished.remove(write)
        expect(await textOf(world)).toBe(before)
        expect(await unfinishedOf(world)).toEqual([])
      },
    )
  })
})

test('C14: a delete by who took a slow writer for dead ends the writer, and leaves nothing', async () => {
  const { storage, other, values } = await mortal()
  const door = gate()
  const slow = async function* () {
    yield BODY
    await door.wait()
    yield Buffer.from('the end')
  }
  const writing = storage.put('k', slow())
  await door.reached
  expect(await other.delete(['k'])).toEqual([{ key: 'k' }])
  door.open()
  await expect(writing).rejects.toMatchObject({ code: 'conflict' })
  expect(await other.head('k')).toBeNull()
  expect([...values.keys()]).toEqual(['stowage:notes:marker'])
})

test('C4: a write whose last step is done, and answered with an error, is taken back; what it replaced stays', async () => {
  const driver = memoryDriver()
  let failing = false
  const lying = {
    ...driver,
    setItemRaw: (key: string, value: Uint8Array) => {
      driver.setItemRaw?.(key, value, {})
      if (failing && /[.][ab]$/.test(key)) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    },
  }
  const storage = fromUnstorage(lying, { chunkBytes: CHUNK })
  const other = fromUnstorage(driver)
  const old = await storage.put('k', Buffer.from('old'))
  failing = true
  await expect(storage.put('k', BODY)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  await expect(storage.put('new', BODY)).rejects.toMatchObject({ code: 'unavailable' })
  expect((await other.list()).objects).toEqual([old])
  await other.delete(['k'])
  expect(await driver.getKeys('', {})).toEqual([])
})
