import { decideContentType, isAccepted, typeOfContent } from '../../bytes/content-type.ts'
import type { Incoming } from '../../bytes/incoming.ts'
import { type Facts, inspect } from '../../bytes/inspect.ts'
import type { AssetType } from '../../contracts/asset.ts'
import { StowageError } from '../../contracts/errors.ts'
import type { Kind } from '../../kinds/kind.ts'
import type { ServiceDeps } from '../service.ts'

/** What the beginning of a file says of it: columns of its row. */
export interface Recognised extends Facts {
  readonly contentType: string
  readonly type: AssetType
}

/** Decides a file's type and learns what inspectors know. @throws StowageError `unsupported_media_type` for what the kind doesn't accept */
export async function recognise(
  deps: ServiceDeps,
  kind: Kind,
  { prefix, knownBytes: sizeBytes }: Pick<Incoming, 'prefix' | 'knownBytes'>,
  declared: string | undefined,
): Promise<Recognised> {
  const contentType = await acceptedType(kind, prefix, declared)
  return { contentType, type: typeOfContent(contentType), ...(await inspect(deps, { prefix, contentType, sizeBytes })) }
}

/** What a file is by its beginning. @throws StowageError `unsupported_media_type` for what the kind doesn't accept */
export async function acceptedType(
  { accept, declaredTypes }: Kind,
  prefix: Uint8Array,
  declared: string | undefined,
): Promise<string> {
  const contentType = await decideContentType(prefix, declared, declaredTypes)
  if (!isAccepted(contentType, accept)) {
    throw new StowageError('unsupported_media_type', `The file is ${contentType}; taken are ${accept?.join(', ')}.`, {
      details: { contentType, accept },
    })
  }
  return contentType
}
