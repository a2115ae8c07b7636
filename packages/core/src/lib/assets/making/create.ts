import type { AssetRecord, AssetType } from '../../contracts/asset.ts'
import { isStowageError, StowageError } from '../../contracts/errors.ts'
import type { Change } from '../../contracts/metadata.ts'
import type { Admission } from '../admission/admission.ts'
import { admitted } from '../admission/admitted.ts'
import { detailsAsked, fingerprintOf } from '../admission/fingerprint.ts'
import { storeBlob } from '../blobs.ts'
import { checkAsset } from '../details/check.ts'
import { type CheckedDetails, checkDetails, invalid } from '../details/details.ts'
import { assertSlugFree } from '../details/slug-taken.ts'
import type { CreateInput } from '../interface/making.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import { newDraft } from './draft.ts'
import { type Publication, publish } from './publish.ts'
import { type FoundStaged, findStaged, noSuchFile } from './staged.ts'

const TYPES: readonly AssetType[] = ['image', 'video', 'audio', 'pdf', 'text', 'archive', 'link', 'file']

/** Makes an asset that is a record alone, says where something is instead, or gets its bytes from a staged file. */
export function createAsset(deps: ServiceDeps, scope: ServiceScope, input: CreateInput): Promise<AssetRecord> {
  const { idempotencyKey, staged, type, externalUrl } = input
  const asked = (): string => fingerprintOf('create', { details: detailsAsked(input), staged, type, externalUrl })
  return admitted(deps, scope, { idempotencyKey, asked }, admission => {
    admission.identify(asked)
    return create(deps, scope, input, admission)
  })
}

async function create(deps: ServiceDeps, scope: ServiceScope, input: CreateInput, admission: Admission): Promise<AssetRecord> {
  const { staged, type, externalUrl } = input
  if (staged !== undefined && (externalUrl !== undefined || type !== undefined)) {
    const field = externalUrl === undefined ? 'type' : 'externalUrl'
    throw new StowageError('invalid_request', `An asset of a staged file has no ${field} of its own. Leave one of them out.`, {
      details: { field },
    })
  }
  if (type !== undefined && !TYPES.includes(type))
    throw invalid([{ pointer: '/type', message: `must be one of ${TYPES.join(', ')}` }])
  const details = checkDetails(scope.kind, input, 'whole')
  if (staged !== undefined)
    return createOfStaged(deps, scope, { details, file: await findStaged(deps, scope, staged), admission })
  const seen = {
    contentType: null,
    type: type ?? (externalUrl === undefined ? 'file' : 'link'),
    width: null,
    height: null,
    properties: {},
  }
  return published(deps, scope, await newDraft(deps, scope, details, seen), { admission })
}

async function createOfStaged(
  deps: ServiceDeps,
  scope: ServiceScope,
  { details, file, admission }: { readonly details: CheckedDetails; readonly file: FoundStaged; readonly admission: Admission },
): Promise<AssetRecord> {
  const { upload, blob, facts, seen, filename } = file
  const draft = await newDraft(deps, scope, { filename, ...details }, seen)
  const wanted = { ...draft, blobId: blob.id, sizeBytes: facts.sizeBytes, sha256: facts.sha256 }
  try {
    const others = (ready: AssetRecord): readonly Change[] => [
      storeBlob(blob, facts, ready),
      { op: 'deleteUpload', id: upload.id, guard: { states: ['open'] } },
      ...(scope.kind.quota ? [{ op: 'releaseUsage', id: upload.id } as const] : []),
    ]
    return await published(deps, scope, wanted, { admission, others })
  } catch (error) {
    // Somebody else used it, or it expired, since it was found.
    const lost = isStowageError(error, 'conflict') && (error.details.op === 'updateBlob' || error.details.op === 'deleteUpload')
    throw lost ? noSuchFile(error) : error
  }
}

async function published(
  deps: ServiceDeps,
  { kind }: ServiceScope,
  wanted: AssetRecord,
  publication: Publication,
): Promise<AssetRecord> {
  await checkAsset(deps, kind, wanted)
  await assertSlugFree(deps.metadata, wanted)
  try {
    return await publish(deps, kind, wanted, publication)
  } catch (error) {
    // The commit may have taken place although it failed.
    const found = isStowageError(error, 'unavailable', 'timeout') ? await findMade(deps, wanted) : null
    if (found) return found
    throw error
  }
}

function findMade({ metadata }: ServiceDeps, { kind, id }: AssetRecord): Promise<AssetRecord | null> {
  return metadata.getAsset({ kind, id }).catch(() => null)
}
