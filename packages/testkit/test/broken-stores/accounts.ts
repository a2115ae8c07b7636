import type { Change, MetadataStore } from '@stowage/core/contracts'
import { isStowageError, StowageError } from '@stowage/core/contracts'
import { type BrokenStores, broken, commits } from './broken.ts'

const NEVER = 2 ** 50
type Of<Op extends Change['op']> = Extract<Change, { op: Op }>

const idempotency = (rewrite: (change: Of<'insertIdempotency'>) => Change) =>
  commits('M58', change => (change.op === 'insertIdempotency' ? rewrite(change) : change))
const reservations = (rewrite: (change: Of<'reserveUsage'>) => Change | readonly Change[]) =>
  commits('M59', change => (change.op === 'reserveUsage' ? rewrite(change) : change))
const downloads = (rewrite: (change: Of<'addDownloads'>) => Change | readonly Change[]) =>
  commits('M60', change => (change.op === 'addDownloads' ? rewrite(change) : change))

export const brokenAccounts: BrokenStores = {
  'keeps an idempotency key for ever': idempotency(change => ({ ...change, now: 0 })),
  'gives an idempotency key to whoever asks': idempotency(change => ({ ...change, now: NEVER })),
  'takes keys a moment before they expire': idempotency(change => ({ ...change, now: change.now + 1 })),
  'lets anyone answer for a key': broken('M37 M58', anyHolder('updateIdempotency')),
  'lets anyone give up a key': broken('M58', anyHolder('deleteIdempotency')),
  'removes no idempotency keys': broken('M58', removes('idempotency')),
  'removes no reservations': broken('M59', removes('reservations')),
  'removes all that will expire': commits('M58 M59', change =>
    change.op === 'removeExpired' ? { ...change, now: NEVER } : change,
  ),
  'reserves without looking at usage': broken('M59', inner => ({
    async commit(changes) {
      const kept: Change[] = []
      for (const change of changes) {
        if (change.op !== 'reserveUsage' || change.limit === undefined) kept.push(change)
        else {
          const { bytes, count } = await inner.getUsage(change.reservation.kind, change.reservation.space)
          const limit = { bytes: (change.limit.bytes ?? NEVER) + bytes, count: (change.limit.count ?? NEVER) + count }
          kept.push({ ...change, limit })
        }
      }
      await inner.commit(kept)
    },
  })),
  'looks at what is reserved before it reserves': broken('M59', reservesBlindly),
  'counts what it changes twice': broken('M59', countsItself),
  'counts expired reservations': reservations(change => ({ ...change, now: 0 })),
  'shows expired reservations': broken('M59', inner => ({ getReserved: (kind, space) => inner.getReserved(kind, space, 0) })),
  'limits bytes only': reservations(({ limit: { count: _count, ...limit }, ...change }) => ({ ...change, limit })),
  'has one room for all spaces': broken('M59', inner => ({
    commit: changes =>
      inner.commit(
        changes.map(change =>
          change.op === 'reserveUsage' ? { ...change, reservation: { ...change.reservation, space: 's' } } : change,
        ),
      ),
  })),
  'releases nothing': commits('M59', change => (change.op === 'releaseUsage' ? [] : change)),
  'reports reservations as conflicts': broken('M59', inner => ({
    commit: changes =>
      inner.commit(changes).catch((error: unknown) => {
        if (isStowageError(error, 'quota_exceeded') && error.details?.op === 'reserveUsage') {
          throw new StowageError('conflict', 'No room.', { details: error.details })
        }
        throw error
      }),
  })),
  'counts a batch of downloads once': downloads(change => ({
    ...change,
    downloads: change.downloads.map(one => ({ ...one, by: Math.min(one.by, 1) })),
  })),
  'counts the first hundred downloads of a batch': downloads(change => ({
    ...change,
    downloads: change.downloads.slice(0, 100),
  })),
  'answers with the downloads that it has': broken('M60', inner => ({
    getDownloads: async (kind, ids) => (await inner.getDownloads(kind, ids)).filter(number => number > 0),
  })),
  'counts downloads of any kind': broken('M60', inner => ({
    getDownloads: async (kind, ids) => {
      const [own, other] = [await inner.getDownloads('file', ids), await inner.getDownloads('other', ids)]
      return own.map((number, i) => number + (other[i] ?? 0) + (kind === 'other' && number > 0 ? 1 : 0))
    },
  })),
  'takes a download for a change of the record': broken('M60', touches),
  'keeps counters of what is gone': broken('M60', keepsCounters),
}

/** Guards of this change hold always. */
function anyHolder(op: 'updateIdempotency' | 'deleteIdempotency') {
  return (inner: MetadataStore): Partial<MetadataStore> => ({
    async commit(changes) {
      const taken: Change[] = []
      for (const change of changes) {
        const there = change.op === op ? await inner.getIdempotency(change.scope, change.key) : null
        taken.push(there && change.op === op ? { ...change, guard: { fingerprint: there.fingerprint } } : change)
      }
      await inner.commit(taken)
    },
  })
}

/** Sweeps everything but this: what is swept is put back. */
function removes(kept: 'idempotency' | 'reservations') {
  return (inner: MetadataStore): Partial<MetadataStore> => {
    const seen = new Map<string, Change>()
    return {
      async commit(changes) {
        await inner.commit(changes)
        for (const change of changes) {
          if (change.op === 'insertIdempotency' && kept === 'idempotency') seen.set(change.record.key, change)
          if (change.op === 'reserveUsage' && kept === 'reservations') seen.set(change.reservation.id, { ...change, limit: {} })
          if (change.op === 'removeExpired') for (const back of seen.values()) await inner.commit([back]).catch(() => undefined)
        }
      },
    }
  }
}

function reservesBlindly(inner: MetadataStore): Partial<MetadataStore> {
  return {
    async commit(changes) {
      for (const change of changes) {
        if (change.op !== 'reserveUsage') continue
        const { kind, space, bytes, count } = change.reservation
        const [used, reserved] = await Promise.all([inner.getUsage(kind, space), inner.getReserved(kind, space, change.now)])
        const full = used.bytes + reserved.bytes + bytes > (change.limit.bytes ?? NEVER)
        if (full || used.count + reserved.count + count > (change.limit.count ?? NEVER)) return inner.commit(changes)
      }
      await inner.commit(changes.map(change => (change.op === 'reserveUsage' ? { ...change, limit: {} } : change)))
    },
  }
}

function countsItself(inner: MetadataStore): Partial<MetadataStore> {
  const kept = new Map<string, number>()
  return {
    async commit(changes) {
      const asked = changes.map(change => {
        if (change.op !== 'reserveUsage' || change.limit.bytes === undefined) return change
        return { ...change, limit: { ...change.limit, bytes: change.limit.bytes - (kept.get(change.reservation.id) ?? 0) } }
      })
      await inner.commit(asked)
      for (const change of changes) if (change.op === 'reserveUsage') kept.set(change.reservation.id, change.reservation.bytes)
    },
  }
}

function touches(inner: MetadataStore): Partial<MetadataStore> {
  return {
    async commit(changes) {
      const counted = changes.flatMap(change => (change.op === 'addDownloads' ? change.downloads : []))
      await inner.commit(changes)
      for (const { assetId } of counted) {
        const guard = { states: ['ready'] } as const
        await inner.commit([{ op: 'updateAsset', id: assetId, kind: 'file', guard, set: {} }]).catch(() => undefined)
      }
    },
  }
}

function keepsCounters(inner: MetadataStore): Partial<MetadataStore> {
  const kept = new Map<string, number>()
  return {
    async commit(changes) {
      const gone = changes.flatMap(change => (change.op === 'deleteAsset' ? [change.id] : []))
      const before = await inner.getDownloads('file', gone)
      await inner.commit(changes)
      for (const [i, id] of gone.entries()) kept.set(id, before[i] ?? 0)
    },
    getDownloads: async (kind, ids) =>
      (await inner.getDownloads(kind, ids)).map((number, i) => number + (kept.get(ids[i] ?? '') ?? 0)),
  }
}
