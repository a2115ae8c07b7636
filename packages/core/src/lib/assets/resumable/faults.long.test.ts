import { describe, expect, it, vi } from 'vitest'
import { type Sending, withEachCallFailing } from '../../../../test/persistent-sender.ts'

vi.setConfig({ testTimeout: 600_000 })

const many = Array.from({ length: 70 }, (_, i) => 2000 + 20 * (i + 1))

const WAYS: readonly (readonly [string, Sending])[] = [
  ['with checksums', { ends: [900, 3500], checksum: true }],
  ['whose length is told with its last byte', { ends: [900, 3500], length: 'with the last byte' }],
  ['whose length is told after its last byte', { ends: [900, 3500], length: 'after the last byte' }],
]

describe.each(['memory', 'memory in least parts'] as const)('a resumable upload on %s', place => {
  it.each(WAYS)('C12, C13: %s loses no byte that was told, whichever call fails', async (_way, sending) => {
    expect(await withEachCallFailing(place, sending)).toBeGreaterThan(20)
  })
})

describe('a resumable upload in very many requests', () => {
  it('C12, C13: loses no byte that was told, whichever call of the storage fails while pieces are joined', async () => {
    expect(await withEachCallFailing('memory in least parts', { ends: many }, ['storage'])).toBeGreaterThan(70)
  })
})
