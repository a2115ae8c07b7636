import type { BlobRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import { hex } from '../../crypto/random.ts'
import type { CopyRun } from './copy-run.ts'

const PROBE_MS = 60_000

/**
 * Two names may lead to one place, and what is removed from it under the one would be gone under the other. So something is written to the one and
 * looked for in the others; its row lets the sweeper find it.
 * @throws StowageError `invalid_request`
 */
export async function assertTwoPlaces(run: CopyRun): Promise<void> {
  const { deps, to, from } = run
  const probe = probeOf(run)
  await deps.metadata.commit([{ op: 'insertBlob', blob: probe }])
  await to.put(probe.key, new Uint8Array(1), { sizeBytes: 1 })
  const seen = await Promise.all(from.map(storage => storage.head(probe.key)))
  const [removed] = await to.delete([probe.key])
  if (removed?.error) throw removed.error
  await deps.metadata.commit([{ op: 'deleteBlob', id: probe.id, guard: { states: ['condemned'] } }])
  const same = from.find((_, i) => seen[i] !== null)
  if (same) throw new StowageError('invalid_request', `copy: ${same.name} and ${to.name} are names of one and the same place.`)
}

function probeOf({ deps, to }: CopyRun): BlobRecord {
  const now = deps.clock.now()
  return {
    id: hex(deps.random(16)),
    assetId: '',
    kind: '',
    storage: to.name,
    key: `probe-${hex(deps.random(16))}`,
    state: 'condemned',
    role: 'probe',
    sourceId: null,
    scan: null,
    sizeBytes: 1,
    sha256: null,
    etag: null,
    contentType: null,
    leaseToken: null,
    dueAt: now + PROBE_MS,
    purgesLeft: 1,
    createdAt: now,
  }
}
