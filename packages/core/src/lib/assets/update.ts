import type { AssetRecord } from '../contracts/asset.ts'
import { isStowageError, StowageError } from '../contracts/errors.ts'
import type { JsonObject } from '../contracts/json.ts'
import type { AssetChanges } from '../contracts/metadata.ts'
import type { AssetPatch, WriteGuard } from './assets.ts'
import { checkDetails, invalid } from './details.ts'
import { isObject, mergePatch } from './merge-patch.ts'
import { assertIfMatch } from './record.ts'
import type { Recheck, ServiceDeps, ServiceScope } from './service.ts'

/** How often a change is tried again over what others changed meanwhile. */
const MAX_TRIES = 20

const PATCHABLE: ReadonlySet<string> = new Set(['title', 'description', 'filename', 'visibility', 'fields', 'metadata', 'tags'])

/**
 * Applies a merge patch, whole or not at all. Without If-Match, a patch that lost a race is applied again over the winner's
 * version, so that changes to different members both survive.
 */
export async function updateAsset(
  deps: ServiceDeps,
  scope: ServiceScope,
  first: AssetRecord,
  patch: AssetPatch,
  options: { readonly guard: WriteGuard; readonly recheck: Recheck },
): Promise<AssetRecord> {
  checkShape(patch)
  let record = first
  for (let tries = 1; ; tries += 1) {
    assertIfMatch(options.guard.ifMatch, record)
    const set = { ...patchedColumns(scope, record, patch), updatedAt: deps.clock.now() }
    const change = {
      op: 'updateAsset',
      id: record.id,
      kind: record.kind,
      guard: { states: ['ready'], version: record.version },
      set,
    } as const
    try {
      await deps.metadata.commit([change])
      const updated = { ...record, ...set, version: record.version + 1, updatedAt: Math.max(set.updatedAt, record.updatedAt) }
      deps.emit('asset.updated', updated)
      return updated
    } catch (error) {
      if (isStowageError(error, 'already_exists')) throw taken(error)
      if (!isStowageError(error, 'conflict') || tries >= MAX_TRIES) throw error
      record = await options.recheck()
    }
  }
}

function checkShape(patch: AssetPatch): void {
  if (!isObject(patch)) throw invalid([{ pointer: '', message: 'must be an object' }])
  const unknown = Object.keys(patch).filter(name => !PATCHABLE.has(name))
  if (unknown.length > 0) {
    throw new StowageError(
      'invalid_request',
      `These can't be changed: ${unknown.slice(0, 5).join(', ')}. What can: ${[...PATCHABLE].join(', ')}.`,
      {
        details: { issues: unknown.slice(0, 20).map(name => ({ pointer: `/${name}`, message: "can't be changed" })) },
      },
    )
  }
}

function patchedColumns({ kind }: ServiceScope, record: AssetRecord, patch: AssetPatch): AssetChanges {
  const { fields, metadata, tags, ...plain } = patch
  const checked = checkDetails(
    kind,
    {
      ...plain,
      ...(metadata === undefined ? {} : { metadata: merged(record.metadata, metadata) }),
      ...(tags === undefined ? {} : { tags: tags ?? [] }),
      fields: fields === undefined ? record.fields : merged(record.fields, fields),
    },
    'whole',
  )
  const { fields: checkedFields, filename, ...rest } = checked
  return {
    ...rest,
    ...(fields === undefined || checkedFields === undefined ? {} : { fields: checkedFields }),
    ...(filename === undefined ? {} : { filename, uniqueName: kind.filenames === 'unique' ? filename : null }),
  }
}

/** `null` for the whole object empties it. */
function merged(target: JsonObject, patch: JsonObject | null): JsonObject {
  if (patch === null) return {}
  const result = mergePatch(target, patch)
  return isObject(result) ? result : (patch as JsonObject)
}

function taken(error: StowageError): StowageError {
  return new StowageError('already_exists', 'Another asset here has this name already. Choose another.', {
    cause: error,
    details: error.details,
  })
}
