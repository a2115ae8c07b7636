import assert from 'node:assert/strict'
import { type DeleteResult, isStowageError, type StorageAdapter, type StowageErrorCode } from '@stowage/core/contracts'
import type { OutOfOrder, Row, RowContext, StorageFixture } from '../harness.ts'
import { failsWith, text } from '../tools.ts'

type Operation = (storage: StorageAdapter, signal?: AbortSignal) => Promise<unknown>

/** Each fails where the place does; `delete` may say so for each key. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  put: (storage, signal) => storage.put('k', text('x'), { ...(signal && { signal }) }),
  get: (storage, signal) => storage.get('k', { ...(signal && { signal }) }),
  head: (storage, signal) => storage.head('k', { ...(signal && { signal }) }),
  list: (storage, signal) => storage.list({ ...(signal && { signal }) }),
  delete: async (storage, signal) => {
    const results: readonly DeleteResult[] = await storage.delete(['k', 'l'], { ...(signal && { signal }) })
    const failed = results.find(({ error }) => error !== undefined)
    assert.ok(failed || results.length === 0, 'a delete that could not be done succeeded')
    throw failed?.error
  },
}

/** Those that not every adapter has. */
const OPTIONAL: Readonly<Record<string, (storage: StorageAdapter) => Promise<unknown> | undefined>> = {
  open: storage => storage.open?.(),
  copy: storage => storage.copy?.('k', 'l'),
  setAttributes: storage => storage.setAttributes?.('k', { contentType: 'text/plain' }),
  'multipart.create': storage => storage.multipart?.create('k'),
  localFile: storage => storage.localFile?.('k'),
}

const gives =
  (name: keyof OutOfOrder) =>
  ({ outOfOrder }: StorageFixture): string | null => {
    const make = outOfOrder?.[name]
    return typeof make === 'string' ? make : make ? null : `the harness gives no \`outOfOrder.${name}\``
  }

interface Expected {
  readonly codes: readonly StowageErrorCode[]
  /** Absent: either. */
  readonly retryable?: boolean
}

/** A row that tries an instance which is out of order: each of its operations must fail as expected. */
function out(id: Row['id'], name: keyof OutOfOrder, title: string, expected: Expected): Row {
  return {
    id,
    title,
    skip: gives(name),
    run: context => withFaulty(context, name, storage => failsThroughout(storage, expected)),
  }
}

async function withFaulty(context: RowContext, name: keyof OutOfOrder, run: (storage: StorageAdapter) => Promise<void>) {
  const make = context.outOfOrder?.[name]
  assert.ok(typeof make === 'function')
  const storage = await make()
  try {
    await run(storage)
  } finally {
    await storage.close?.()
  }
}

async function failsThroughout(storage: StorageAdapter, { codes, retryable }: Expected): Promise<void> {
  const calls = Object.entries(OPERATIONS).map(([name, call]) => [name, () => call(storage)] as const)
  const optional = Object.entries(OPTIONAL).filter(([name]) => has(storage, name))
  for (const [name, call] of [...calls, ...optional.map(([name, call]) => [name, async () => call(storage)] as const)]) {
    const error = await failsWith(call(), ...codes).catch(reason => assert.fail(`${name}: ${reason}`))
    assert.ok(error.message.length > 0, `${name} says nothing`)
    if (retryable !== undefined) assert.equal(error.retryable, retryable, `${name}: ${error.code} retryable`)
  }
}

function has(storage: StorageAdapter, name: string): boolean {
  return (name.startsWith('multipart') ? storage.multipart : Reflect.get(storage, name)) !== undefined
}

const AWAY: Expected = { codes: ['unavailable', 'timeout', 'rate_limited'], retryable: true }

export const errorRows: readonly Row[] = [
  out('S66', 'missingPlace', 'a place that does not exist is unavailable, not empty', { codes: ['unavailable'] }),
  out('S66', 'wrongCredentials', 'wrong credentials are unavailable, and no retry mends them', {
    codes: ['unavailable'],
    retryable: false,
  }),
  out('S66', 'noPermission', 'a permission that lacks is unavailable, and no retry mends it', {
    codes: ['unavailable'],
    retryable: false,
  }),
  { id: 'S67', title: 'what the caller did wrong is not to be tried again', run: finalErrors },
  out('S67', 'unreachable', 'a backend that is away may be tried again', AWAY),
  out('S67', 'stalled', 'a backend that stands still ends in an error', AWAY),
  {
    id: 'S67',
    title: 'an abort ends the wait for a backend that stands still',
    skip: gives('stalled'),
    run: context => withFaulty(context, 'stalled', abortsWaits),
  },
]

async function abortsWaits(storage: StorageAdapter): Promise<void> {
  for (const [name, call] of Object.entries(OPERATIONS)) {
    const control = new AbortController()
    const waiting = call(storage, control.signal)
    setImmediate(() => control.abort())
    await failsWith(waiting, 'aborted').catch(error => assert.fail(`${name}: ${error}`))
  }
}

async function finalErrors({ storage }: RowContext): Promise<void> {
  await storage.put('k', text('x'))
  const { createOnly, conditionalPut } = storage.capabilities
  const calls = [
    storage.get('none'),
    storage.get('k', { range: { start: 1 } }),
    storage.get('k', { ifMatch: '"no"' }),
    storage.put('a\0b', text('x')),
    storage.put('l', text('x'), { sizeBytes: 2 }),
    storage.put('l', text('x'), { signal: AbortSignal.abort() }),
    storage.put('l', text('x'), { checksum: { algorithm: 'sha256', value: '0'.repeat(64) } }),
    storage.list({ cursor: 'forged' }),
    ...(createOnly ? [storage.put('k', text('y'), { createOnly: true })] : []),
    ...(conditionalPut ? [storage.put('k', text('y'), { ifMatch: '"no"' })] : []),
  ]
  for (const [index, outcome] of (await Promise.allSettled(calls)).entries()) {
    assert.equal(outcome.status, 'rejected', `call ${index}`)
    assert.ok(outcome.status === 'rejected' && isStowageError(outcome.reason), `call ${index} fails with a StowageError`)
    assert.equal(outcome.reason.retryable, false, `${outcome.reason.code} retryable`)
  }
}
