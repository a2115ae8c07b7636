import { createStowage, defineKind, everyone, type IdStrategy, type MetadataStore, type Stowage } from '@stowage/core'
import { z } from 'zod'
import { fakeClock } from '../../clock/fake-clock.ts'
import { lent } from '../../lent.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { T0 } from './records.ts'

const plainIds: IdStrategy = { create: ({ random }) => Buffer.from(random(16)).toString('hex'), parse: String, format: id => id }
const fields = z.object({ part: z.string(), score: z.number(), flag: z.boolean(), note: z.string() }).partial()
const rules = { list: everyone, read: everyone, create: everyone, update: everyone, delete: everyone }

/** Core over the store under test, with the kinds of the rows, where anyone may do anything: ask it through `as`. */
export function stowageOver(store: MetadataStore, secret = 'a secret of the conformance suite'): Promise<Stowage> {
  return createStowage({
    storage: memoryStorage(),
    metadata: lent(store),
    kinds: ['file', 'other'].map(name =>
      defineKind({ name, ids: plainIds, policy: { rules }, ...(name === 'file' && { fields }) }),
    ),
    clock: fakeClock({ now: T0 }),
    secrets: [secret],
    workers: false,
  })
}
