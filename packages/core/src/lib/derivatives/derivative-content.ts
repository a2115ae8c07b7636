import type { AssetContent } from '../assets/interface/reading.ts'
import { noCount, openObject, openWhereItLies, signObject } from '../assets/reading/content.ts'
import { contentEtag, toAsset } from '../assets/record.ts'
import type { ServiceDeps } from '../assets/service.ts'
import type { AssetRecord, BlobRecord } from '../contracts/asset.ts'
import { StowageError } from '../contracts/errors.ts'
import type { PictureFormat } from '../contracts/transformer.ts'
import type { BoundKind } from '../kinds/kind.ts'
import { notFound } from '../policy/guard.ts'
import { assertReadable } from '../processing/readable.ts'
import { storageOf } from '../storage/storage-of.ts'
import { derivativeOnDemand } from './ensure.ts'
import { type CompleteRecipe, completeRecipe } from './recipe.ts'

const EXTENSIONS: Readonly<Record<PictureFormat, string>> = { jpeg: '.jpg', png: '.png', webp: '.webp', avif: '.avif' }

/** The recipe of a name that the kind declares; null for any other. */
export function namedRecipe({ processing }: BoundKind, name: string): CompleteRecipe | null {
  const recipes = processing === false ? undefined : processing?.derivatives
  if (!recipes || !Object.hasOwn(recipes, name) || !recipes[name]) return null
  return completeRecipe(recipes[name])
}

/** Whether pictures can be made of files of this type here. */
export function canDraw({ transformer }: Pick<ServiceDeps, 'transformer'>, contentType: string | null): boolean {
  return contentType !== null && transformer?.accepts(contentType) === true
}

/**
 * A derivative that the kind declares, of a record that the caller may read; made now where it is missing.
 * @throws StowageError `not_found` for a name that is not declared and for files of which no picture can be made; as `ensureDerivative`
 */
export async function derivativeContent(
  deps: ServiceDeps,
  kind: BoundKind,
  record: AssetRecord,
  name: string,
): Promise<AssetContent> {
  const recipe = namedRecipe(kind, name)
  if (!recipe) throw new StowageError('not_found', `Assets of kind ${kind.name} have no derivative of this name.`)
  if (!canDraw(deps, record.contentType)) throw new StowageError('not_found', 'No picture can be made of a file of this type.')
  return pictureContent(deps, kind, record, recipe)
}

/** The picture that a recipe makes of a record that the caller may read. @throws as `ensureDerivative` and {@link assertReadable} */
export async function pictureContent(
  deps: ServiceDeps,
  kind: BoundKind,
  record: AssetRecord,
  recipe: CompleteRecipe,
): Promise<AssetContent> {
  await assertReadable(deps, kind, record)
  const blob = await derivativeOnDemand(deps, record, recipe)
  const { sizeBytes, sha256, contentType } = blob
  if (sizeBytes === null || sha256 === null || contentType === null) throw notFound()
  const asset = {
    ...toAsset(kind, record),
    filename: pictureName(record.filename, recipe.format),
    contentType,
    sizeBytes,
    sha256,
    contentEtag: contentEtag(sha256),
    width: null,
    height: null,
    updatedAt: new Date(blob.createdAt),
  }
  const locate = async (again = false) => {
    const { storage, key } = (again ? await deps.metadata.getBlob(blob.id) : blob) ?? blob
    return { key, storage: storageOf(deps, { storage, key }) }
  }
  return {
    asset,
    countDownload: noCount,
    async signUrl(options) {
      const { storage, key } = await locate()
      return signObject(storage, key, options)
    },
    open: (options = {}) =>
      openWhereItLies(locate, ({ storage, key }) => openObject(storage, key, sizeBytes, options), {
        missing: (_key, error) => explainMissing(deps, blob, error),
      }),
  }
}

/** A deletion or replacement between the look-up and the read is normal; anything else is a lost object. */
async function explainMissing(deps: ServiceDeps, { id, assetId, key }: BlobRecord, cause: unknown): Promise<StowageError> {
  if ((await deps.metadata.getBlob(id))?.state !== 'stored') return notFound()
  deps.logger.error('The object of a derivative is missing.', { asset: assetId, key })
  return new StowageError('internal', `A derivative of asset ${assetId} is missing. Run the audit.`, { cause })
}

function pictureName(filename: string | null, format: PictureFormat): string | null {
  return filename === null ? null : `${filename.replace(/(?<=.)\.[^.]{1,10}$/, '')}${EXTENSIONS[format]}`
}
