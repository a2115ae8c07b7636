import type { AssetRecord } from '../../contracts/asset.ts'
import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { JsonObject } from '../../contracts/json.ts'
import type { AssetChanges } from '../../contracts/metadata.ts'
import type { Kind } from '../../kinds/kind.ts'
import { checkAsset } from '../details/check.ts'
import { checkDetails, invalid } from '../details/details.ts'
import { isObject, mergePatch } from '../details/merge-patch.ts'
import { slugTaken } from '../details/slug-taken.ts'
import { patchedTags } from '../details/tags.ts'
import type { AssetPatch, WriteGuard } from '../interface/changing.ts'
import type { Lines } from '../lines.ts'
import { assertIfMatch } from '../record.ts'
import type { Recheck, ServiceDeps, ServiceScope } from '../service.ts'

/** How often a change is tried again over what others changed meanwhile. */
const MAX_TRIES = 20

const PATCHABLE: ReadonlySet<string> = new Set([
  'title',
  'description',
  'filename',
  'visibility',
  'slug',
  'externalUrl',
  'fields',
  'metadata',
  'tags',
])

interface UpdateOptions {
  readonly guard: WriteGuard
  readonly recheck: Recheck
  /** Where changes of one asset wait for each other. */
  readonly lines: Lines
}

/**
 * Applies a merge patch, whole or not at all. Without If-Match, a patch that lost a race is applied again over the winner's
 * version, so that changes to different members both survive; those of this process do so one after another, however many they are.
 */
export async function updateAsset(
  deps: ServiceDeps,
  scope: ServiceScope,
  first: AssetRecord,
  patch: AssetPatch,
  { guard, recheck, lines }: UpdateOptions,
): Promise<AssetRecord> {
  checkShape(patch)
  let conflict: unknown
  const attempt = async (record: AssetRecord): Promise<AssetRecord | null> => {
    assertIfMatch(guard.ifMatch, record)
    try {
      return await applyPatch(deps, scope, record, patch)
    } catch (error) {
      if (!isStowageError(error, 'conflict')) throw error
      conflict = error
      return null
    }
  }
  const updated = lines.has(first.id) ? null : await attempt(first)
  return (
    updated ??
    lines.take(first.id, async () => {
      for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
        const later = await attempt(await recheck())
        if (later) return later
      }
      throw conflict
    })
  )
}

/** @throws StowageError `conflict` when the record is not what is stored any more; `already_exists` for a name that is taken */
async function applyPatch(deps: ServiceDeps, scope: ServiceScope, record: AssetRecord, patch: AssetPatch): Promise<AssetRecord> {
  const set = { ...patchedColumns(scope, record, patch), updatedAt: deps.clock.now() }
  const { id, kind, version } = record
  await checkAsset(deps, scope.kind, { ...record, ...set })
  try {
    await deps.metadata.commit([{ op: 'updateAsset', id, kind, guard: { states: ['ready'], version }, set }])
  } catch (error) {
    throw isStowageError(error, 'already_exists') ? taken(error, set) : error
  }
  const updated = { ...record, ...set, version: version + 1, updatedAt: Math.max(set.updatedAt, record.updatedAt) }
  deps.emit('asset.updated', updated)
  return updated
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
  checkPlaces(kind, record, patch)
  const checked = checkDetails(
    kind,
    {
      ...plain,
      ...(metadata === undefined ? {} : { metadata: merged(record.metadata, metadata) }),
      ...(tags === undefined ? {} : { tags: patchedTags(kind, record.tags, tags ?? []) }),
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

/** What the asset's own state or its kind leaves no choice about. */
function checkPlaces(kind: Kind, { blobId }: AssetRecord, { slug, externalUrl }: AssetPatch): void {
  if (externalUrl !== undefined && blobId !== null)
    throw invalid([{ pointer: '/externalUrl', message: "can't be given to an asset that has bytes of its own" }])
  if (slug === null && kind.slugs)
    throw invalid([{ pointer: '/slug', message: `can't be taken away: each asset of kind ${kind.name} has one` }])
}

/** `null` for the whole object empties it. */
function merged(target: JsonObject, patch: JsonObject | null): JsonObject {
  if (patch === null) return {}
  const result = mergePatch(target, patch)
  return isObject(result) ? result : (patch as JsonObject)
}

function taken(error: StowageError, { slug }: AssetChanges): StowageError {
  if (error.details.constraint === 'slug') return slugTaken(slug ?? null, error)
  return new StowageError('already_exists', 'Another asset here has this name already. Choose another.', {
    cause: error,
    details: error.details,
  })
}
