import { type Incoming, openIncoming } from '../../bytes/incoming.ts'
import type { AssetRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { ObjectInfo } from '../../contracts/storage.ts'
import { needsNoAsset, randomKey } from '../../kinds/keys.ts'
import { newBlob, type StoredFacts, type WritingBlob, writeObject } from '../blobs.ts'
import { newDraft } from '../making/draft.ts'
import { firstPlace } from '../making/place.ts'
import { type Recognised, recognise } from '../making/recognise.ts'
import type { ServiceDeps, ServiceScope } from '../service.ts'
import type { Held } from './lease.ts'
import { judging } from './refusal.ts'

/** Bytes that nobody can change any more, and what they are. */
export interface Verified {
  readonly draft: AssetRecord
  readonly blob: WritingBlob
  readonly facts: StoredFacts
}

interface Work {
  readonly scope: ServiceScope
  readonly held: Held
  /** What arrived. */
  readonly object: ObjectInfo
  readonly signal: AbortSignal
  /** What was learnt of the bytes while they came, all of them through this process. */
  readonly known?: KnownFacts
}

/** Digest and beginning of a file. */
export interface KnownFacts {
  readonly sha256: string
  readonly prefix: Uint8Array
}

/**
 * Brings the bytes out of the sender's reach, and reads them there: digest, type and what inspectors know are those of the very object that is served,
 * whatever an ETag is worth. What parts were joined to is out of reach where it is. A kind with keys of its own, and a storage that can't copy, have the
 * bytes read and written by us.
 */
export async function verifyUpload(deps: ServiceDeps, work: Work): Promise<Verified> {
  const { scope, held } = work
  if (!needsNoAsset(scope.kind.keys ?? deps.defaultKeys)) return rewritten(deps, work)
  if (work.known) return knownInPlace(deps, work, work.known)
  if (held.upload.data.method === 'multipart') return readInPlace(deps, work, held.source)
  const { copy } = deps.storage
  if (!copy) return rewritten(deps, work)
  const blob = await announced(deps, work, randomKey(deps.random), null)
  const { createOnly } = deps.storage.capabilities
  await copy(work.object.key, blob.key, { ifMatch: work.object.etag, signal: work.signal, ...(createOnly && { createOnly }) })
  return readInPlace(deps, work, blob)
}

async function announced(
  deps: ServiceDeps,
  { scope, held }: Work,
  key: string,
  contentType: string | null,
): Promise<WritingBlob> {
  const blob = newBlob(deps, { id: '', kind: scope.kind.name }, { key, contentType })
  await deps.metadata.commit([{ op: 'insertBlob', blob }])
  held.keep(blob)
  return blob
}

async function readInPlace(deps: ServiceDeps, work: Work, blob: WritingBlob): Promise<Verified> {
  const { scope, signal } = work
  const { info, body } = await deps.storage.get(blob.key, { signal })
  return judging(async () => {
    const { seen, sizeBytes, sha256 } = await withBody(work, body, async incoming => {
      const recognised = await recognise(deps, scope.kind, incoming, work.held.upload.data.contentType ?? undefined)
      if (!(incoming.body instanceof Uint8Array)) for await (const _ of incoming.body);
      return { seen: recognised, ...incoming.result() }
    })
    const { etag } = await withType(deps, info, seen, signal)
    return { draft: await draftOf(deps, work, seen), blob, facts: { sizeBytes, sha256, etag } }
  })
}

/** What passed through us on its way to the storage, and was acknowledged by it, need not be read again. */
async function knownInPlace(deps: ServiceDeps, work: Work, { sha256, prefix }: KnownFacts): Promise<Verified> {
  const { scope, held, object, signal } = work
  const { sizeBytes, sha256: announced, contentType } = held.upload.data
  return judging(async () => {
    if (announced !== null && announced !== sha256) {
      throw new StowageError('checksum_mismatch', 'The bytes that arrived do not have the declared SHA-256. Send the file again.')
    }
    const seen = await recognise(deps, scope.kind, { prefix, knownBytes: sizeBytes }, contentType ?? undefined)
    // An answer to a join need not tell what it was begun as.
    const info = deps.storage.capabilities.attributes ? ((await deps.storage.head(object.key, { signal })) ?? object) : object
    const { etag } = await withType(deps, info, seen, signal)
    return { draft: await draftOf(deps, work, seen), blob: held.source, facts: { sizeBytes, sha256, etag } }
  })
}

/** One pass: read from where it was sent to, written to where it will be. */
async function rewritten(deps: ServiceDeps, work: Work): Promise<Verified> {
  const { scope, object, signal } = work
  const { body } = await deps.storage.get(object.key, { ifMatch: object.etag, signal })
  return judging(() =>
    withBody(work, body, async incoming => {
      const seen = await recognise(deps, scope.kind, incoming, work.held.upload.data.contentType ?? undefined)
      const draft = await draftOf(deps, work, seen)
      const blob = await announced(deps, work, firstPlace(deps, scope.kind, draft), seen.contentType)
      return { draft, blob, facts: await writeObject(deps, blob, incoming, signal) }
    }),
  )
}

async function withBody<T>(
  { held, signal }: Work,
  body: AsyncIterable<Uint8Array>,
  use: (incoming: Incoming) => Promise<T>,
): Promise<T> {
  const { sizeBytes, sha256 } = held.upload.data
  const expected = { minBytes: 0, maxBytes: sizeBytes, sizeBytes, ...(sha256 !== null && { sha256 }) }
  const incoming = await openIncoming(body, { ...expected, disposableChunks: true, signal })
  try {
    return await use(incoming)
  } finally {
    await incoming.close()
  }
}

function draftOf(deps: ServiceDeps, { scope, held }: Work, seen: Recognised): Promise<AssetRecord> {
  return newDraft(deps, scope, held.upload.data.details, seen)
}

/** Where a storage answers readers itself, it must not call a file what only its sender called it. */
async function withType(deps: ServiceDeps, info: ObjectInfo, seen: Recognised, signal: AbortSignal): Promise<ObjectInfo> {
  const { capabilities, setAttributes } = deps.storage
  const { contentType } = seen
  if (!capabilities.attributes || info.contentType === contentType) return info
  if (setAttributes) return setAttributes(info.key, { contentType }, { ifMatch: info.etag, signal })
  if (info.contentType === undefined || info.contentType === 'application/octet-stream') return info
  throw new StowageError(
    'unprocessable',
    `The file was declared as ${info.contentType}; it is ${contentType}. Upload it as that.`,
    {
      details: { contentType },
    },
  )
}
