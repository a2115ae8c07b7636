import type { BlobRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { JsonObject } from '../../contracts/json.ts'
import type { UploadRecord } from '../../contracts/metadata.ts'
import { keySafeFilename } from '../../kinds/filename.ts'
import type { StoredFacts, WritingBlob } from '../blobs.ts'
import type { StagedFile } from '../interface/making.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import type { Recognised } from './recognise.ts'

const PURPOSE = 'staged'
const ID_OR_NAME = /^([0-9a-f]{32})(-.+)?$/

/** What the row of a staged file says: whose it is, and what is known of it. */
interface StagedData extends Recognised {
  readonly purpose: typeof PURPOSE
  readonly space: string
  readonly createdBy: string | null
  readonly filename: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** A staged file that may be used: its row, and its object as if that had just been written. */
export interface FoundStaged {
  readonly upload: UploadRecord
  readonly blob: WritingBlob
  readonly facts: StoredFacts
  readonly seen: Recognised
  readonly filename: string
}

export function stagedUpload(
  deps: Pick<ServiceDeps, 'clock' | 'timing'>,
  { kind, space, actor }: ServiceScope,
  file: Omit<FoundStaged, 'upload'> & { readonly id: string },
): UploadRecord {
  const now = deps.clock.now()
  const { sizeBytes, sha256 } = file.facts
  const data: StagedData = {
    purpose: PURPOSE,
    space: space?.id ?? '',
    createdBy: actor?.id ?? null,
    filename: file.filename,
    sizeBytes,
    sha256,
    ...file.seen,
  }
  return {
    id: file.id,
    assetId: '',
    blobId: file.blob.id,
    kind: kind.name,
    state: 'open',
    storageUploadId: null,
    offsetBytes: sizeBytes,
    declaredBytes: sizeBytes,
    leaseToken: null,
    expiresAt: now + deps.timing.stagedMs,
    data: data as unknown as JsonObject,
    createdAt: now,
  }
}

export function stagedFile({ id, data, expiresAt }: UploadRecord): StagedFile {
  const { filename, contentType, type, sizeBytes, sha256, width, height } = data as unknown as StagedData
  return {
    id,
    name: nameOf(id, filename),
    filename,
    contentType,
    type,
    sizeBytes,
    sha256,
    width,
    height,
    expiresAt: new Date(expiresAt),
  }
}

/**
 * Finds a file that this actor staged in this kind and space.
 * @throws StowageError `invalid_request`, in the same words whatever is wrong with it
 */
export async function findStaged(deps: ServiceDeps, scope: ServiceScope, idOrName: unknown): Promise<FoundStaged> {
  const [given, id, named] = typeof idOrName === 'string' ? (ID_OR_NAME.exec(idOrName) ?? []) : []
  if (given === undefined || id === undefined) throw noSuchFile()
  const upload = await deps.metadata.getUpload(id)
  if (upload?.kind !== scope.kind.name || upload.state !== 'open' || upload.expiresAt <= deps.clock.now()) throw noSuchFile()
  const { purpose, space, createdBy, filename, ...data } = upload.data as unknown as StagedData
  if (purpose !== PURPOSE || space !== (scope.space?.id ?? '') || createdBy !== (scope.actor?.id ?? null)) throw noSuchFile()
  if (named !== undefined && given !== nameOf(id, filename)) throw noSuchFile()
  const blob = await deps.metadata.getBlob(upload.blobId)
  if (!blob || !isKept(blob)) throw noSuchFile()
  const { sizeBytes, sha256, ...seen } = data
  return {
    upload,
    blob,
    facts: { sizeBytes, sha256, etag: blob.etag ?? '' },
    seen,
    filename: named === undefined ? filename : given,
  }
}

function nameOf(id: string, filename: string): string {
  return `${id}-${keySafeFilename(filename)}`
}

function isKept(blob: BlobRecord): blob is WritingBlob {
  return blob.state === 'writing' && blob.leaseToken !== null && blob.dueAt !== null
}

export function noSuchFile(cause?: unknown): StowageError {
  const message = 'There is no such staged file: it was used, has expired, or was never yours. Upload it again.'
  return new StowageError('invalid_request', message, { details: { field: 'staged' }, cause })
}
