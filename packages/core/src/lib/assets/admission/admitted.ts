import type { AssetRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { type Admission, createAdmission, FREE } from './admission.ts'
import { orGivenBack } from './or-given-back.ts'
import { RequestKey, type UsedKey } from './request-key.ts'
import { openRoom } from './room.ts'

export interface AdmittedRequest {
  readonly idempotencyKey: string | undefined
  /** Digest of what is asked, by `fingerprintOf`: asked for where the key was used before, and where `make` does not `identify` it by itself. */
  readonly asked: () => string | Promise<string>
}

/**
 * Makes an asset once for its key, and within the quota; what fails gives key and room back.
 * @param make is given what its commit must settle; not called where the key was used before
 * @throws StowageError `conflict` while the key is held, `unprocessable` where it was used for something else, `not_found` where what it made is gone;
 * `quota_exceeded`
 */
export function admitted(
  deps: ServiceDeps,
  scope: ServiceScope,
  { idempotencyKey, asked }: AdmittedRequest,
  make: (admission: Admission) => Promise<AssetRecord>,
): Promise<AssetRecord> {
  if (idempotencyKey !== undefined) return once(deps, scope, { idempotencyKey, asked }, make)
  return scope.kind.quota ? withRoom(deps, scope, null, make) : make(FREE)
}

async function once(
  deps: ServiceDeps,
  scope: ServiceScope,
  { idempotencyKey, asked }: AdmittedRequest & { readonly idempotencyKey: string },
  make: (admission: Admission) => Promise<AssetRecord>,
): Promise<AssetRecord> {
  const key = new RequestKey(deps, scope, idempotencyKey)
  const used = await orGivenBack(deps, [key], () => key.take())
  return used ? replay(deps, scope, used, await asked()) : withRoom(deps, scope, key, make)
}

/** What was made then, as it is now. */
async function replay({ metadata }: ServiceDeps, { kind }: ServiceScope, used: UsedKey, asked: string): Promise<AssetRecord> {
  if (asked !== used.fingerprint) {
    throw new StowageError('unprocessable', 'This Idempotency-Key was used for another request. Send a new one.')
  }
  const record = await metadata.getAsset({ kind: kind.name, id: used.assetId })
  if (record) return record
  throw new StowageError('not_found', 'What this request made has been deleted since.')
}

async function withRoom(
  deps: ServiceDeps,
  scope: ServiceScope,
  key: RequestKey | null,
  make: (admission: Admission) => Promise<AssetRecord>,
): Promise<AssetRecord> {
  const of = { space: scope.space?.id ?? '', count: 1, freeBytes: 0 } as const
  const room = await orGivenBack(deps, [key], () => openRoom(deps, scope, of))
  return orGivenBack(deps, [key, room], () => make(createAdmission(key, room)))
}
