import type { AssetRecord } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import { expiryOf } from '../../crypto/signer.ts'
import { acceptedFormat } from '../../derivatives/accepted-format.ts'
import { canDraw, derivativeContent, namedRecipe, pictureContent } from '../../derivatives/derivative-content.ts'
import { completeOpenRecipe, readRecipe, recipeText } from '../../derivatives/recipe.ts'
import type { BoundKind } from '../../kinds/kind.ts'
import { notFound } from '../../policy/guard.ts'
import { invalid } from '../details/details.ts'
import type { AssetContent, LinkedContent, LinkOptions, OpenLinkOptions, SignedLink } from '../interface/reading.ts'
import type { ServiceDeps } from '../service.ts'
import { assetContent } from './content.ts'

const MAX_LINK_SECONDS = 7 * 24 * 60 * 60
const PURPOSE = 'read-link'
/** 128 bits of the digest: which bytes a link means. */
const VERSION_CHARS = 32

/** What a link is signed over: kind, id, version (null: whichever the asset has), and which picture of it. */
type Sealed = readonly [kind: string, id: string, version: string | null, picture?: SealedPicture]
type SealedPicture = { readonly derivative: string } | { readonly transform: string }

/** What links need to know of an asset; `id` as stored. */
export type Linkable = Pick<AssetRecord, 'id' | 'sha256' | 'contentType'>

/**
 * A link that reads one asset's bytes or one picture of them, and nothing else.
 * @returns null where there is nothing to link: the asset has no bytes, or no picture can be made of them
 * @throws StowageError `invalid_request`, `unprocessable` for options that can't be meant
 */
export function signLink(deps: ServiceDeps, kind: BoundKind, asset: Linkable, options: LinkOptions): SignedLink | null {
  const { expiresInSeconds = 900 } = options
  if (expiresInSeconds !== null && !isLifetime(expiresInSeconds)) {
    throw new StowageError('invalid_request', `A link lasts from 1 to ${MAX_LINK_SECONDS} seconds, not ${expiresInSeconds}.`)
  }
  const picture = sealedPicture(kind, options)
  if (asset.sha256 === null || (picture && !canDraw(deps, asset.contentType))) return null
  const version = expiresInSeconds === null ? null : asset.sha256.slice(0, VERSION_CHARS)
  const sealed: Sealed = picture ? [kind.name, asset.id, version, picture] : [kind.name, asset.id, version]
  const expiresAt = expiresInSeconds === null ? null : deps.clock.now() + expiresInSeconds * 1000
  const token = deps.signers(PURPOSE).seal(sealed, expiresAt === null ? {} : { expiresAt })
  return { token, expiresAt: expiresAt === null ? null : new Date(expiresAt) }
}

/** As {@link signLink}. @throws StowageError `not_found` where there is nothing to link */
export function createLink(deps: ServiceDeps, kind: BoundKind, record: AssetRecord, options: LinkOptions): SignedLink {
  const link = signLink(deps, kind, record, options)
  if (link) return link
  const what = record.blobId === null ? 'This asset has no bytes of its own.' : 'No picture can be made of a file of this type.'
  throw new StowageError('not_found', what)
}

const isLifetime = (seconds: number): boolean => Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_LINK_SECONDS

function sealedPicture(kind: BoundKind, { derivative, transform }: LinkOptions): SealedPicture | null {
  if (derivative !== undefined && transform !== undefined) {
    throw new StowageError('invalid_request', 'A link shows a derivative or a transform, not both.')
  }
  if (transform !== undefined) return { transform: recipeText(completeOpenRecipe(transform)) }
  if (derivative === undefined) return null
  if (namedRecipe(kind, derivative)) return { derivative }
  throw invalid([{ pointer: '/derivative', message: `is no derivative of kind ${kind.name}` }])
}

export async function openLink(
  deps: ServiceDeps,
  token: string,
  kinds: readonly BoundKind[],
  options: OpenLinkOptions,
): Promise<LinkedContent> {
  const content = deps.signers(PURPOSE).open(token)
  if (!Array.isArray(content)) throw new StowageError('forbidden', 'This link was altered or has expired. Ask for a new one.')
  const [kindName, id, version, picture] = content as unknown as Sealed
  const kind = kinds.find(one => one.name === kindName)
  const record = kind ? await deps.metadata.getAsset({ kind: kind.name, id }) : null
  if (!kind || !record) throw notFound()
  if (version !== null && record.sha256?.slice(0, VERSION_CHARS) !== version) throw notFound()
  const until = expiryOf(token)
  const link = { variesByAccept: false, expiresAt: until === null ? null : new Date(until) }
  if (!picture) return { ...(await assetContent(deps, kind, record)), ...link }
  if ('derivative' in picture) return { ...(await derivativeContent(deps, kind, record, picture.derivative)), ...link }
  const drawn = await transformed(deps, kind, record, picture.transform, options)
  return { ...drawn, ...link, variesByAccept: isOpen(picture.transform) }
}

const isOpen = (transform: string): boolean => readRecipe(transform)?.format === 'auto'

async function transformed(
  deps: ServiceDeps,
  kind: BoundKind,
  record: AssetRecord,
  transform: string,
  { accept }: OpenLinkOptions,
): Promise<AssetContent> {
  const recipe = readRecipe(transform)
  // The bytes may have become those of another file since the link was made.
  if (!recipe || !canDraw(deps, record.contentType)) throw notFound()
  const { format } = recipe
  return pictureContent(deps, kind, record, { ...recipe, format: format === 'auto' ? acceptedFormat(accept) : format })
}
