import type { Change, MetadataStore } from '@stowage/core/contracts'
import { StowageError } from '@stowage/core/contracts'
import { idOf } from '../../src/lib/metadata/conformance/records.ts'
import { type BrokenStores, broken, commits } from './broken.ts'

const passesOver = (...members: readonly string[]) =>
  commits('M52', change => {
    if (change.op !== 'assertAsset') return change
    const guard = Object.fromEntries(Object.entries(change.guard).filter(([name]) => !members.includes(name)))
    return { ...change, guard: guard as typeof change.guard }
  })

export const brokenDerivatives: BrokenStores = {
  'takes any number of derivatives of a role': broken('M50', inner => ({ commit: changes => inner.commit(changes.map(apart)) })),
  'keeps the role of what is condemned': broken('M50', keepsRoles),
  'finds condemned derivatives': broken('M50', findsTheFirst),
  'does not look at what blobs were derived from': commits('M51', change =>
    change.op === 'updateBlobsOf' ? { ...change, guard: { states: change.guard.states } } : change,
  ),
  'takes no source for any source': commits('M51', change =>
    change.op === 'updateBlobsOf' && change.guard.sourceId === null
      ? { ...change, guard: { states: change.guard.states } }
      : change,
  ),
  'passes over assertions': commits('M52', change => (change.op === 'assertAsset' ? [] : change)),
  'writes what it is to assert': commits('M52', change =>
    change.op === 'assertAsset' ? { ...change, op: 'updateAsset', set: {} } : change,
  ),
  'does not assert the version': passesOver('version'),
  'does not assert the bytes': passesOver('blobId'),
  'leaves a blob in the storage where it was': commits('M63', change => {
    if (change.op !== 'updateBlob' || change.set.storage === undefined) return change
    const { storage: _storage, ...set } = change.set
    return { ...change, set }
  }),
  'moves a blob to a place that another has': commits('M63', change =>
    change.op === 'updateBlob' && change.set.storage !== undefined
      ? [{ op: 'deleteBlob', id: idOf(2, 'b'), guard: { states: ['writing'] } }, change]
      : change,
  ),
  'commits what stands before an assertion': broken('M52', inner => ({
    async commit(changes) {
      const at = changes.findIndex(({ op }) => op === 'assertAsset')
      if (at > 0) await inner.commit(changes.slice(0, at))
      await inner.commit(at > 0 ? changes.slice(at) : changes)
    },
  })),
}

/** Every derivative has a source of its own. */
function apart(change: Change): Change {
  if (change.op !== 'insertBlob' || change.blob.sourceId === null) return change
  return { ...change, blob: { ...change.blob, sourceId: `${change.blob.sourceId} ${change.blob.id}` } }
}

const nameOf = (sourceId: string | null, role: string): string => JSON.stringify([sourceId, role])

function keepsRoles(inner: MetadataStore): Partial<MetadataStore> {
  const taken = new Set<string>()
  return {
    async commit(changes) {
      const derived = changes.flatMap(change =>
        change.op === 'insertBlob' && change.blob.sourceId !== null ? [change.blob] : [],
      )
      const names = derived.map(({ sourceId, role }) => nameOf(sourceId, role))
      if (names.some(name => taken.has(name))) {
        const details = { index: 1, op: 'insertBlob', constraint: 'derivative' }
        throw new StowageError('already_exists', 'The derivative is taken.', { details })
      }
      await inner.commit(changes)
      for (const name of names) taken.add(name)
    },
  }
}

function findsTheFirst(inner: MetadataStore): Partial<MetadataStore> {
  const first = new Map<string, string>()
  return {
    async commit(changes) {
      await inner.commit(changes)
      for (const change of changes) {
        if (change.op !== 'insertBlob') continue
        const name = nameOf(change.blob.sourceId, change.blob.role)
        first.set(name, first.get(name) ?? change.blob.id)
      }
    },
    async getDerivative(sourceId, role) {
      const id = first.get(nameOf(sourceId, role))
      return id === undefined ? null : inner.getBlob(id)
    },
  }
}
