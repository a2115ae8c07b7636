import type { AssetRecord } from '../contracts/asset.ts'
import { derivativeContent } from '../derivatives/derivative-content.ts'
import { answered } from '../processing/answered.ts'
import { assetContent } from './content.ts'
import { generateAsset } from './generate.ts'
import { importAsset } from './import.ts'
import { createLink, openLink, signLink } from './links.ts'
import { listAssets } from './list.ts'
import { deleteAsset } from './remove.ts'
import { replaceContent } from './replace.ts'
import type { AssetService, ServiceDeps, ServiceScope } from './service.ts'
import { updateAsset } from './update.ts'
import { uploadAsset } from './upload.ts'

export function createAssetService(deps: ServiceDeps): AssetService {
  /** Stores, then waits for as much as the kind wants an answer to say. */
  const stored = async (
    { kind }: ServiceScope,
    { signal }: { readonly signal?: AbortSignal },
    storing: Promise<AssetRecord>,
  ): Promise<AssetRecord> => answered(deps, kind, await storing, signal)
  return {
    upload: (scope, input) => stored(scope, input, uploadAsset(deps, scope, input)),
    generate: (scope, input) => stored(scope, input, generateAsset(deps, scope, input)),
    import: (scope, input) => stored(scope, input, importAsset(deps, scope, input)),
    list: (scope, visible, input) => listAssets(deps, scope, visible, input),
    async find({ kind, space }, name) {
      if ('filename' in name)
        return deps.metadata.getAsset({ kind: kind.name, space: space?.id ?? '', uniqueName: name.filename })
      const record = await deps.metadata.getAsset({ kind: kind.name, id: name.id })
      return space && record?.space !== space.id ? null : record
    },
    update: (scope, record, patch, guard, recheck) => updateAsset(deps, scope, record, patch, { guard, recheck }),
    delete: (_scope, record, guard, recheck) => deleteAsset(deps, record, { guard, recheck }),
    content: (kind, record) => assetContent(deps, kind, record),
    derivative: (kind, record, name) => derivativeContent(deps, kind, record, name),
    replaceContent: (scope, record, input, recheck) => stored(scope, input, replaceContent(deps, scope, record, input, recheck)),
    createLink: (kind, record, options) => createLink(deps, kind, record, options),
    signLink: (kind, asset, options) => signLink(deps, kind, asset, options),
    openLink: (token, kinds, options = {}) => openLink(deps, token, kinds, options),
  }
}
