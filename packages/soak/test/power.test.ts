import { describe, expect, it } from 'vitest'
import { whyNoStrace } from '../src/faults/strace.ts'
import { randomOf } from '../src/kill/random.ts'
import { fingerprint, type Luck, stateAt } from '../src/power/disk-state.ts'
import { historyOf } from '../src/power/history.ts'
import { promisesOf } from '../src/power/marks.ts'
import type { DataOperation, Inode, NameOperation, Operation } from '../src/power/operations.ts'
import { default as power } from '../src/power/power.ts'
import { operationsOf } from '../src/power/read-operations.ts'
import { systemCallsOf } from '../src/power/system-calls.ts'

const STATES = 5000
const why = whyNoStrace()

describe('power lost at any moment', () => {
  it(`leaves every promise kept, in ${STATES} states of the disk`, { timeout: 900_000 }, async context => {
    if (why) return context.skip(why)
    const figures = await power.run({ seed: 20_261_122, count: STATES, progress: () => undefined })
    expect(figures['states that differ']).toBeGreaterThan(500)
    console.log(`power: ${STATES} states, ${JSON.stringify(figures)}`)
  })
})

const folder = (number: number): Inode => ({ number, isFolder: true })
const file = (number: number): Inode => ({ number, isFolder: false })
const write = (at: number, inode: Inode, text: string, offset = 0): DataOperation => ({
  start: at,
  end: at,
  does: 'write',
  inode,
  offset,
  bytes: Buffer.from(text),
})
const name = (at: number, called: string, inode: Inode | null): NameOperation => ({
  start: at,
  end: at,
  does: 'name',
  changes: [{ folder: folder(0), name: called, inode }],
})
const sync = (at: number, inode: Inode): Operation => ({ start: at, end: at + 1, does: 'sync', inode })

describe('a state of the disk', () => {
  const random = randomOf(1)
  const shown = (operations: readonly Operation[], moment: number, luck: Luck): Record<string, string> => {
    const state = stateAt(operations, moment, luck, random)
    return Object.fromEntries(
      [...(state.folders.get(0) ?? [])].map(([called, { number }]) => [called, String(state.files.get(number)?.bytes ?? '')]),
    )
  }
  const operations = [
    name(0, 'a', file(1)),
    write(1, file(1), 'whole'),
    sync(2, file(1)),
    name(4, 'b', file(1)),
    sync(5, folder(0)),
    write(7, file(1), 'W'),
  ]

  it('without luck has what was synced before, and nothing else', () => {
    expect(shown(operations, 5, 'none')).toEqual({})
    expect(shown(operations, 6, 'none')).toEqual({})
    expect(shown(operations, 8, 'none')).toEqual({ a: 'whole', b: 'whole' })
  })

  it('with all luck has everything that was begun', () => {
    expect(shown(operations, 1, 'all')).toEqual({ a: '' })
    expect(shown(operations, 8, 'all')).toEqual({ a: 'Whole', b: 'Whole' })
  })

  it('by order has the beginning of what was done', () => {
    const states = new Set(Array.from({ length: 100 }, () => JSON.stringify(shown(operations, 4, 'ordered'))))
    expect([...states].sort()).toEqual(['{"a":"whole"}', '{}'])
  })

  it('by chance has writes in part, at sectors', () => {
    const long = [name(0, 'a', file(1)), sync(1, folder(0)), write(3, file(1), 'x'.repeat(1500))]
    const lengths = new Set(Array.from({ length: 100 }, () => shown(long, 9, 'any').a?.length))
    expect([...lengths].sort((a, b) => Number(a) - Number(b))).toEqual([0, 512, 1024, 1500])
  })

  it('is told from another by its bytes and names', () => {
    const prints = [0, 1, 2, 4, 5, 8].map(moment => fingerprint(stateAt(operations, moment, 'all', random)))
    expect(new Set(prints).size).toBe(5)
  })
})

it('what was done to a name that a fault speaks of is told with the syncs of its folder', () => {
  const operations = [name(0, 'object-one', file(1)), write(1, file(1), 'x'), sync(2, folder(0)), name(4, 'object-two', file(2))]
  expect(historyOf(operations, ['Object np/object-one has no row.'])).toBe('  0-0 object-one in 0 is 1\n  2-3 sync of 0')
})

const hex = (text: string) => `"${[...Buffer.from(text)].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`

/** The names that are on the disk if the power fails after the last line of a log and luck has kept nothing that was not synced. */
function namesLeft(lines: readonly string[]): string[] {
  const operations = operationsOf(systemCallsOf([...lines, ''].join('\n')), '/d')
  return [...(stateAt(operations, lines.length, 'none', randomOf(1)).folders.get(0) ?? new Map()).keys()].sort()
}

describe('a call that the log has in two parts', () => {
  const before = [
    `1 openat(AT_FDCWD, ${hex('/d')}, O_RDONLY|O_DIRECTORY) = 6`,
    `1 openat(AT_FDCWD, ${hex('/d/a')}, O_WRONLY|O_CREAT|O_EXCL, 0640) = 5`,
    '1 fsync(6) = 0',
    `1 unlink(${hex('/d/a')} <unfinished ...>`,
  ]
  const after = '1 <... unlink resumed>) = 0'

  it('had its effect before another call saw it, and a sync after that makes it last', () => {
    const missed = `2 unlink(${hex('/proc/self/fd/6/a')}) = -1 ENOENT (No such file or directory)`
    expect(namesLeft([...before, missed, '2 fsync(6) = 0', after])).toEqual([])
  })

  it('may have had its effect at its end only where nobody saw it', () => {
    expect(namesLeft([...before, '2 fsync(6) = 0', after])).toEqual(['a'])
    const missedAnother = `2 unlink(${hex('/d/b')}) = -1 ENOENT (No such file or directory)`
    expect(namesLeft([...before, missedAnother, '2 fsync(6) = 0', after])).toEqual(['a'])
    const missed = `2 unlink(${hex('/d/a')}) = -1 ENOENT (No such file or directory)`
    expect(namesLeft([...before, '2 fsync(6) = 0', missed, after])).toEqual(['a'])
  })

  it('gave a name before another call met it', () => {
    const making = [before[0] ?? '', `1 mkdir(${hex('/d/f')}, 0750 <unfinished ...>`]
    const made = '1 <... mkdir resumed>) = 0'
    const met = `2 mkdir(${hex('/d/f')}, 0750) = -1 EEXIST (File exists)`
    const opened = `2 openat(AT_FDCWD, ${hex('/d/f')}, O_RDONLY|O_DIRECTORY) = 7`
    for (const seen of [met, opened]) expect(namesLeft([...making, seen, '2 fsync(6) = 0', made])).toEqual(['f'])
    expect(namesLeft([...making, '2 fsync(6) = 0', made])).toEqual([])
  })
})

it('a log of system calls is read with its threads, descriptors and interrupted calls', () => {
  const log = [
    `1 openat(AT_FDCWD, ${hex('/d/a')}, O_WRONLY|O_CREAT|O_EXCL, 0640) = 5`,
    `1 write(5, ${hex('one')}, 3 <unfinished ...>`,
    `2 mkdir(${hex('/d/f')}, 0750) = -1 EEXIST (File exists)`,
    '1 <... write resumed>) = 3',
    `1 write(5, ${hex('two')}, 3) = 3`,
    `2 openat(AT_FDCWD, ${hex('/d')}, O_RDONLY|O_DIRECTORY) = 6`,
    `1 rename(${hex('/d/a')}, ${hex('/proc/self/fd/6/b')}) = 0`,
    '2 fsync(6) = 0',
    `1 utimensat(5, NULL, [{tv_sec=1, tv_nsec=0} /* x */, {tv_sec=7, tv_nsec=500000000}], 0) = 0`,
    `1 write(1, ${hex('said')}, 4) = 4`,
    '2 close(5 <unfinished ...>',
    `1 openat(AT_FDCWD, ${hex('/d/b')}, O_RDWR) = 5`,
    '2 <... close resumed>) = 0',
    `1 pwrite64(5, ${hex('THREE')}, 5, 6) = 5`,
    `1 openat(AT_FDCWD, ${hex('/elsewhere')}, O_WRONLY|O_CREAT, 0640) = 7`,
    `1 write(7, ${hex('not ours')}, 8) = 8`,
  ].join('\n')
  const operations = operationsOf(systemCallsOf(log), '/d')
  expect(operations.map(operation => operation.does)).toEqual(['name', 'write', 'write', 'name', 'sync', 'time', 'mark', 'write'])
  expect(
    operations.filter(operation => operation.does === 'write').map(({ offset, start, end }) => [offset, start, end]),
  ).toEqual([
    [0, 1, 3],
    [3, 4, 4],
    [6, 13, 13],
  ])
  const state = stateAt(operations, 99, 'all', randomOf(1))
  expect([...(state.folders.get(0) ?? [])].map(([called, { number }]) => [called, state.files.get(number)])).toEqual([
    ['b', { bytes: Buffer.from('onetwoTHREE'), seconds: 7.5 }],
  ])
})

it('promises are what was acknowledged, and what was begun is left open', () => {
  const upload = { step: 1, did: 'upload', id: 'a', sha256: '1' } as const
  const replacing = { step: 2, begins: 'replace', id: 'a', sha256: '2' } as const
  const deleting = { step: 3, begins: 'delete', id: 'a' } as const
  const deleted = { step: 3, did: 'delete', id: 'a' } as const
  expect(promisesOf([upload]).present.get('a')).toEqual(new Set(['1']))
  expect(promisesOf([upload, replacing]).present.get('a')).toEqual(new Set(['1', '2']))
  expect(promisesOf([upload, replacing, { ...upload, step: 2, did: 'replace', sha256: '2' }]).present.get('a')).toEqual(
    new Set(['2']),
  )
  expect(promisesOf([upload, deleting])).toEqual({ present: new Map(), gone: new Set() })
  expect(promisesOf([upload, deleting, deleted]).gone).toEqual(new Set(['a']))
})
