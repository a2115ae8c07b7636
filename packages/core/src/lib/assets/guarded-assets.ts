import type { Action, Actor, Space } from '../contracts/actor.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import { StowageError } from '../contracts/errors.ts'
import type { Filter } from '../contracts/filter.ts'
import type { AssetId, BoundKind, Kind } from '../kinds/kind.ts'
import { type Guard, notFound } from '../policy/guard.ts'
import { forMany, type Outcome } from './changing/bulk.ts'
import { invalid } from './details/details.ts'
import { isSlug } from './details/slug.ts'
import { checkTagChange } from './details/tags.ts'
import { shownUpload } from './direct/shown.ts'
import type { Asset, AssetName } from './interface/asset.ts'
import type { AssetScope, Assets } from './interface/assets.ts'
import type { AssetPatch, BulkResult, WriteGuard } from './interface/changing.ts'
import { acrossSpaces } from './reading/list.ts'
import { toAsset } from './record.ts'
import { shownResumable } from './resumable/shown.ts'
import type { AssetService, ServiceScope, StoredName } from './service.ts'

export interface AssetsDeps {
  readonly service: AssetService
  readonly kindOf: (kind: Kind | string | undefined) => BoundKind
  readonly guardFor: (kind: BoundKind, actor: Actor | null, space: Space | null) => Guard
}

interface Bound extends ServiceScope {
  readonly spaces: readonly Space[] | null
}

/** The assets of one actor in one scope. Nothing reaches the service before the guard was asked. */
export function createAssets(deps: AssetsDeps, bound: Bound): Assets {
  const { service } = deps
  const { kind, actor, space } = bound
  const guard = deps.guardFor(kind, actor, space)

  const find = async (action: Action, name: AssetName): Promise<AssetRecord> => {
    await guard.allow(action)
    const stored = storedName(kind, name)
    const record = stored && (await service.find(bound, stored))
    if (!record) throw notFound()
    await guard.allowOn(action, record)
    return record
  }
  const recheck = (action: Action, record: AssetRecord) => async (): Promise<AssetRecord> => {
    const fresh = await service.find(bound, { id: record.id })
    if (!fresh) throw notFound()
    await guard.allowOn(action, fresh)
    return fresh
  }

  const present = async (records: readonly AssetRecord[]): Promise<readonly Asset[]> => {
    const downloads = kind.countDownloads ? await service.downloads(kind, records) : []
    return records.map((record, at) => toAsset(kind, record, downloads[at] ?? null))
  }
  const one = async (record: AssetRecord): Promise<Asset> => (await present([record]))[0] as Asset
  const many = <T>(ids: readonly AssetId[], work: (id: AssetId) => Promise<T>): Promise<readonly Outcome<T>[]> =>
    forMany(ids, { storedId: id => parseId(kind, id), work })
  const update = async (id: AssetId, patch: AssetPatch, options: WriteGuard): Promise<AssetRecord> => {
    const record = await find('update', { id })
    return service.update(bound, record, patch, options, recheck('update', record))
  }
  const remove = async (id: AssetId, options: WriteGuard): Promise<void> => {
    const record = await find('delete', { id })
    await service.delete(bound, record, options, recheck('delete', record))
  }

  return {
    actor,
    kind,
    space,
    in: scope => createAssets(deps, rebound(deps, bound, scope)),
    async authorize(action, id) {
      if (id === undefined) await guard.allow(action)
      else await find(action, { id })
    },
    async upload(input) {
      await guard.allow('create')
      return one(await service.upload(bound, input))
    },
    async generate(input) {
      await guard.allow('create')
      return one(await service.generate(bound, input))
    },
    async import(input) {
      await guard.allow('create')
      return one(await service.import(bound, input))
    },
    async create(input) {
      await guard.allow('create')
      return one(await service.create(bound, input))
    },
    async stage(input) {
      await guard.allow('create')
      return service.stage(bound, input)
    },
    async beginUpload(input) {
      await guard.allow('create')
      return shownUpload(await service.beginUpload(bound, input), one)
    },
    async getUpload(uploadId) {
      await guard.allow('create')
      return shownUpload(await service.getUpload(bound, uploadId), one)
    },
    async presignParts(uploadId, partNumbers) {
      await guard.allow('create')
      return service.presignParts(bound, uploadId, partNumbers)
    },
    async completeUpload(uploadId, input = {}) {
      await guard.allow('create')
      return shownUpload(await service.completeUpload(bound, uploadId, input), one)
    },
    async abortUpload(uploadId) {
      await guard.allow('create')
      await service.abortUpload(bound, uploadId)
    },
    async createResumable(input) {
      await guard.allow('create')
      return shownResumable(await service.createResumable(bound, input), one)
    },
    async getResumable(uploadId) {
      await guard.allow('create')
      return shownResumable(await service.getResumable(bound, uploadId), one)
    },
    async resumableOffset(uploadId) {
      await guard.allow('create')
      return shownResumable(await service.resumableOffset(bound, uploadId), one)
    },
    async appendResumable(uploadId, input) {
      await guard.allow('create')
      return shownResumable(await service.appendResumable(bound, uploadId, input, () => guard.allow('create')), one)
    },
    async abortResumable(uploadId) {
      await guard.allow('create')
      await service.abortResumable(bound, uploadId)
    },
    async usage() {
      await guard.allow('list')
      return service.usage(bound)
    },
    async list(input = {}) {
      const page = await service.list(bound, await visibleIn(deps, bound, guard), input)
      return { ...page, items: await present(page.items) }
    },
    get: async name => one(await find('read', name)),
    update: async (id, patch, options = {}) => one(await update(id, patch, options)),
    delete: (id, options = {}) => remove(id, options),
    async deleteMany(ids) {
      await guard.allow('delete')
      return (await many(ids, id => remove(id, {}))).map(({ id, error }) => (error ? { id, error } : { id, asset: null }))
    },
    async tagMany(ids, tags) {
      await guard.allow('update')
      const change = checkTagChange(kind, tags, '')
      if (change.add.length + change.remove.length === 0) throw invalid([{ pointer: '', message: 'must add or remove a tag' }])
      return shown(await many(ids, id => update(id, { tags: change }, {})), present)
    },
    content: async name => service.content(kind, await find('read', name)),
    async replaceContent(id, input) {
      const record = await find('update', { id })
      return one(await service.replaceContent(bound, record, input, recheck('update', record)))
    },
    derivative: async (name, derivativeName) => service.derivative(kind, await find('read', name), derivativeName),
    linkFor(asset, options = {}) {
      const id = asset.kind === kind.name ? parseId(kind, asset.id) : null
      if (id === null) throw new StowageError('invalid_request', `Asset ${asset.id} is none of kind ${kind.name}.`)
      return service.signLink(kind, { ...asset, id }, options)
    },
    createLink: async (id, options = {}) => service.createLink(kind, await find('read', { id }), options),
  }
}

/** Outcomes with their records in public form. */
async function shown(
  outcomes: readonly Outcome<AssetRecord>[],
  present: (records: readonly AssetRecord[]) => Promise<readonly Asset[]>,
): Promise<readonly BulkResult[]> {
  const assets = (await present(outcomes.flatMap(({ value }) => value ?? []))).values()
  return outcomes.map(({ id, error }) => (error ? { id, error } : { id, asset: assets.next().value as Asset }))
}

function storedName(kind: BoundKind, name: AssetName): StoredName | null {
  if ('slug' in name) return isSlug(name.slug) ? name : null
  if ('filename' in name) {
    if (kind.filenames !== 'unique') {
      throw new StowageError('invalid_request', `Filenames of kind ${kind.name} are not unique: ask by id.`)
    }
    return name
  }
  const id = parseId(kind, name.id)
  return id === null ? null : { id }
}

function parseId(kind: BoundKind, id: AssetId): string | null {
  return typeof id === 'string' && id.length > 200 ? null : kind.ids.parse(id)
}

function rebound(deps: AssetsDeps, from: Bound, scope: AssetScope): Bound {
  return {
    actor: from.actor,
    kind: scope.kind === undefined ? from.kind : deps.kindOf(scope.kind),
    space: scope.space ?? null,
    spaces: scope.spaces ?? null,
  }
}

async function visibleIn(deps: AssetsDeps, { kind, actor, spaces }: Bound, guard: Guard): Promise<Filter> {
  if (!spaces) {
    await guard.allow('list')
    return guard.filter('list')
  }
  const parts = await Promise.all(
    spaces.map(async space => ({ space: space.id, visible: await deps.guardFor(kind, actor, space).filter('list') })),
  )
  return acrossSpaces(parts)
}
