import type { AssetRecord } from '../contracts/asset.ts'
import { derivativeContent } from '../derivatives/derivative-content.ts'
import { answered } from '../processing/answered.ts'
import { spaceUsage } from './admission/space-usage.ts'
import { deleteAsset } from './changing/remove.ts'
import { replaceContent } from './changing/replace.ts'
import { updateAsset } from './changing/update.ts'
import { completeUpload } from './completion/complete.ts'
import { readUpload } from './completion/view.ts'
import { abortUpload } from './direct/abort.ts'
import { beginUpload } from './direct/begin.ts'
import { signParts } from './direct/sign.ts'
import { createLines } from './lines.ts'
import { createAsset } from './making/create.ts'
import { generateAsset } from './making/generate.ts'
import { importAsset } from './making/import.ts'
import { stageFile } from './making/stage.ts'
import { uploadAsset } from './making/upload.ts'
import { assetContent } from './reading/content.ts'
import { createLink, openLink, signLink } from './reading/links.ts'
import { listAssets } from './reading/list.ts'
import { abortResumable } from './resumable/abort.ts'
import { appendResumable } from './resumable/append.ts'
import { createResumable } from './resumable/create.ts'
import { readResumable, resumableOffset } from './resumable/state.ts'
import type { AssetService, ServiceDeps, ServiceScope } from './service.ts'

export function createAssetService(deps: ServiceDeps): AssetService {
  const lines = createLines()
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
    create: (scope, input) => stored(scope, input, createAsset(deps, scope, input)),
    stage: (scope, input) => stageFile(deps, scope, input),
    beginUpload: (scope, input) => beginUpload(deps, scope, input),
    getUpload: (scope, id) => readUpload(deps, scope, id),
    presignParts: (scope, id, partNumbers) => signParts(deps, scope, id, partNumbers),
    async completeUpload(scope, id, input) {
      const view = await completeUpload(deps, scope, id, input)
      return view.asset === null ? view : { ...view, asset: await answered(deps, scope.kind, view.asset, input.signal) }
    },
    abortUpload: (scope, id) => abortUpload(deps, scope, id),
    createResumable: async (scope, input) => ({ upload: await createResumable(deps, scope, input), asset: null }),
    getResumable: (scope, id) => readResumable(deps, scope, id),
    resumableOffset: (scope, id) => resumableOffset(deps, scope, id),
    async appendResumable(scope, id, input, allowed) {
      const view = await appendResumable(deps, scope, id, { ...input, allowed })
      return view.asset === null ? view : { ...view, asset: await answered(deps, scope.kind, view.asset, input.signal) }
    },
    abortResumable: (scope, id) => abortResumable(deps, scope, id),
    usage: scope => spaceUsage(deps, scope),
    list: (scope, visible, input) => listAssets(deps, scope, visible, input),
    async find({ kind, space }, name) {
      const named = { kind: kind.name, space: space?.id ?? '' }
      if ('filename' in name) return deps.metadata.getAsset({ ...named, uniqueName: name.filename })
      if ('slug' in name) return deps.metadata.getAsset({ ...named, slug: name.slug })
      const record = await deps.metadata.getAsset({ kind: kind.name, id: name.id })
      return space && record?.space !== space.id ? null : record
    },
    update: (scope, record, patch, guard, recheck) => updateAsset(deps, scope, record, patch, { guard, recheck, lines }),
    delete: (_scope, record, guard, recheck) => deleteAsset(deps, record, { guard, recheck }),
    content: (kind, record) => assetContent(deps, kind, record),
    downloads: (kind, records) =>
      deps.downloads.read(
        kind.name,
        records.map(({ id }) => id),
      ),
    derivative: (kind, record, name) => derivativeContent(deps, kind, record, name),
    replaceContent: (scope, record, input, recheck) => stored(scope, input, replaceContent(deps, scope, record, input, recheck)),
    createLink: (kind, record, options) => createLink(deps, kind, record, options),
    signLink: (kind, asset, options) => signLink(deps, kind, asset, options),
    openLink: (token, kinds, options = {}) => openLink(deps, token, kinds, options),
  }
}
