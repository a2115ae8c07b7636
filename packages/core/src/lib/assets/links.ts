import type { AssetRecord } from '../contracts/asset.ts'
import { StowageError } from '../contracts/errors.ts'
import type { BoundKind } from '../kinds/kind.ts'
import { notFound } from '../policy/guard.ts'
import type { AssetContent, LinkOptions, SignedLink } from './assets.ts'
import { assetContent } from './content.ts'
import type { ServiceDeps } from './service.ts'

const MAX_LINK_SECONDS = 7 * 24 * 60 * 60
const PURPOSE = 'read-link'

/** A link that reads one version of one asset's bytes, and nothing else, until it expires. */
export function createLink(
  deps: ServiceDeps,
  kind: BoundKind,
  record: AssetRecord,
  { expiresInSeconds = 900 }: LinkOptions,
): SignedLink {
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_LINK_SECONDS) {
    throw new StowageError('invalid_request', `A link lasts from 1 to ${MAX_LINK_SECONDS} seconds, not ${expiresInSeconds}.`)
  }
  if (record.blobId === null) throw new StowageError('not_found', 'This asset has no bytes of its own.')
  const expiresAt = deps.clock.now() + expiresInSeconds * 1000
  const token = deps.signers(PURPOSE).seal([kind.name, record.id, record.blobId], { expiresAt })
  return { token, expiresAt: new Date(expiresAt) }
}

export async function openLink(deps: ServiceDeps, token: string, kinds: readonly BoundKind[]): Promise<AssetContent> {
  const content = deps.signers(PURPOSE).open(token)
  if (!Array.isArray(content)) throw new StowageError('forbidden', 'This link was altered or has expired. Ask for a new one.')
  const [kindName, id, blobId] = content as [string, string, string]
  const kind = kinds.find(one => one.name === kindName)
  const record = kind ? await deps.metadata.getAsset({ kind: kind.name, id }) : null
  if (!kind || !record || record.blobId !== blobId) throw notFound()
  return assetContent(deps, kind, record)
}
