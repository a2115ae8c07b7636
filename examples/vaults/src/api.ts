import { getRequestListener } from '@hono/node-server'
import { createStowage, defineKind, type JsonObject, keyOf, prefixedId, roleBased } from '@stowage/core'
import { assetApi, bearer, cursorPaging, defineProfile, type PresentableError } from '@stowage/http'
import { honoAssets } from '@stowage/http-hono'
import { media } from '@stowage/media'
import type { ExampleApp, Setup } from '@stowage-examples/shared'
import { z } from 'zod'
import { findVault, users } from './demo.ts'

const segment = z
  .string('is required')
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
    'must be 1 to 64 lower-case letters, digits and hyphens, with a letter or digit at both ends',
  )

const vaultAssets = defineKind({
  name: 'vault-asset',
  ids: prefixedId('asset'),
  fields: z.object({ partition: segment, collection: segment, channel: segment }),
  indexes: ['partition', 'collection', 'channel'],
  keys: ({ space, fields, id, filename }) =>
    `${space}/${fields.partition}/${fields.collection}/${fields.channel}/${id}_${filename}`,
  limits: { maxBytes: 100 * 1024 * 1024 },
  processing: { answerAfter: 'done' },
  policy: roleBased({ viewer: ['list', 'read'], editor: ['create', 'update'], owner: ['delete'] }),
})

const changes = z
  .strictObject({ metadata: z.record(z.string(), z.json()), tags: z.array(z.string()) })
  .partial()
  .refine(body => Object.keys(body).length > 0, 'Give metadata, tags, or both.')

const error = ({ code, message, details }: PresentableError) => ({
  error: { code, message, field: details.field },
})

export async function vaultsApp({ publicUrl, storage, metadata }: Setup): Promise<ExampleApp> {
  const { inspectors, processors } = media()
  const stowage = await createStowage({
    inspectors,
    processors: processors.filter(processor => processor.accepts('image/jpeg')),
    storage,
    metadata,
    kinds: [vaultAssets],
  })

  const vaults = defineProfile(vaultAssets, {
    basePath: '/api/v1/vaults/:vaultId/assets',
    operations: [
      ...['upload', 'list', 'get', 'update', 'delete', 'content'],
      ...['beginUpload', 'readUpload', 'presignParts', 'completeUpload', 'abortUpload'],
      ...['createResumable', 'resumableOffset', 'appendResumable', 'abortResumable', 'readResumable'],
    ] as const,
    authenticate: bearer(users),
    space: ({ params }) => findVault(params.vaultId),
    upload: {
      fields: ['partition', 'collection', 'channel', 'filename', 'metadata', 'tags'],
      details: form => ({
        filename: form.get('filename') || undefined,
        fields: { partition: form.get('partition'), collection: form.get('collection'), channel: form.get('channel') },
        metadata: form.json('metadata') as JsonObject | undefined,
        tags: form.json('tags') as string[] | undefined,
      }),
      raw: false,
    },
    list: {
      filter: ['partition', 'collection', 'channel'],
      paging: cursorPaging({ default: 50, max: 200 }),
      search: false,
    },
    update: { patch: body => changes.parse(body) },
    present: {
      asset: asset => ({
        id: asset.id,
        vault_id: asset.space,
        ...asset.fields,
        filename: asset.filename,
        r2_key: keyOf(vaultAssets, asset),
        size: asset.sizeBytes,
        mime_type: asset.contentType,
        width: asset.type === 'image' ? asset.width : null,
        height: asset.type === 'image' ? asset.height : null,
        metadata: JSON.stringify(asset.metadata),
        tags: JSON.stringify(asset.tags),
        created_at: asset.createdAt.toISOString(),
        updated_at: asset.updatedAt.toISOString(),
      }),
      page: ({ items, cursor }) => ({ data: items, cursor, has_more: cursor !== null }),
      error,
    },
  })

  const app = honoAssets(assetApi(stowage, vaults, { publicUrl }), { fallthrough: false })
  return { listener: getRequestListener(app.fetch), stowage }
}
