import assert from 'node:assert/strict'
import type { PutOptions, StorageAdapter, StorageCapabilities } from '@stowage/core/contracts'
import { chunksOf, failsWith, isAbsent, text } from './tools.ts'
import { watched } from './watched.ts'

/** A capability that an adapter may not claim. */
export type Flag = Exclude<
  { [K in keyof StorageCapabilities]: StorageCapabilities[K] extends boolean ? K : never }[keyof StorageCapabilities],
  'keyMayBePrefix'
>

type Refusal = (storage: StorageAdapter) => Promise<void>
const METHODS = ['copy', 'setAttributes', 'presignGet', 'presignPut', 'presignPost', 'multipart', 'localFile'] as const

/** How each capability is refused by an adapter that doesn't claim it: `unsupported`, before the first byte. */
const REFUSALS: Readonly<Record<Flag, Refusal>> = {
  createOnly: async storage => {
    await refusesPut(storage, { createOnly: true })
    await storage.put('taken', text('taken'))
    if (storage.copy) await failsWith(storage.copy('taken', 'k', { createOnly: true }), 'unsupported')
    await isAbsent(storage, 'k')
    await storage.delete(['taken'])
  },
  conditionalPut: storage => refusesPut(storage, { ifMatch: '"x"' }),
  attributes: async storage => {
    const options = [
      { contentType: 'text/plain' },
      { cacheControl: 'no-store' },
      { contentDisposition: 'inline' },
      { contentLanguage: 'de' },
    ]
    for (const option of options) await refusesAttribute(storage, option)
  },
  userMetadata: storage => refusesAttribute(storage, { userMetadata: { a: 'b' } }),
  delimiter: async storage => {
    await failsWith(storage.list({ delimiter: '/' }), 'unsupported')
  },
  copy: hasNo('copy'),
  setAttributes: hasNo('setAttributes'),
  presignGet: hasNo('presignGet'),
  presignPut: hasNo('presignPut'),
  presignPost: hasNo('presignPost'),
  multipart: hasNo('multipart'),
  localFile: hasNo('localFile'),
}

/** Fails unless the adapter refuses what it doesn't claim. */
export async function assertRefused(storage: StorageAdapter, flag: Flag): Promise<void> {
  await REFUSALS[flag](storage)
}

/** Fails unless `capabilities` are what the adapter's methods are. */
export async function assertClaims(storage: StorageAdapter): Promise<void> {
  const { capabilities } = storage
  for (const method of METHODS)
    assert.equal(storage[method] !== undefined, capabilities[method], `\`${method}\` is there exactly where it is claimed`)
  assert.ok(!capabilities.setAttributes || capabilities.attributes, 'who changes attributes keeps them')
  assert.equal(
    capabilities.userMetadata,
    capabilities.maxUserMetadataBytes > 0,
    'user metadata has room exactly where it is claimed',
  )
  for (const flag of Object.keys(REFUSALS) as Flag[]) if (!capabilities[flag]) await assertRefused(storage, flag)
}

/** An optional method that is absent is the refusal. */
function hasNo(method: (typeof METHODS)[number]): Refusal {
  return async storage => assert.equal(storage[method], undefined, `\`${method}\` is there, but not claimed`)
}

async function refusesPut(storage: StorageAdapter, option: PutOptions): Promise<void> {
  const body = watched(() => chunksOf(text('x'), 1))
  await failsWith(storage.put('k', body, option), 'unsupported')
  assert.equal(body.pulled, 0, `no byte was taken: ${JSON.stringify(option)}`)
  await isAbsent(storage, 'k')
}

async function refusesAttribute(storage: StorageAdapter, option: PutOptions): Promise<void> {
  await refusesPut(storage, option)
  if (storage.multipart) await failsWith(storage.multipart.create('k', option), 'unsupported')
}
