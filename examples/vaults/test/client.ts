import { readFile } from 'node:fs/promises'
import { callerOf, type Fields } from '@stowage-examples/shared/caller'
import { type RunningExample, startExample } from '@stowage-examples/shared/start-example'
import { expect } from 'vitest'

/** What the document says of an asset. */
export interface VaultAsset {
  readonly id: string
  readonly vault_id: string
  readonly partition: string
  readonly collection: string
  readonly channel: string
  readonly filename: string
  readonly r2_key: string
  readonly size: number
  readonly mime_type: string
  readonly width: number | null
  readonly height: number | null
  readonly metadata: string
  readonly tags: string
  readonly created_at: string
  readonly updated_at: string
}

export interface Page {
  readonly data: readonly VaultAsset[]
  readonly cursor: string | null
  readonly has_more: boolean
}

/** Mia owns it, Noah edits, Olga views. */
export const FIRST = 'vault_01hzy3v7k9e8q2m4n6p8r0s1t2'
/** Noah's alone. */
export const SECOND = 'vault_01hzy3v7k9e8q2m4n6p8r0s1t3'

export const assetsOf = (vault: string): string => `/api/v1/vaults/${vault}/assets`

export const textFile = (text = 'some text', name = 'note.txt'): File => new File([text], name, { type: 'text/plain' })

/** 1200 by 800 pixels. */
export const photo = async (name = 'photo.jpg'): Promise<File> =>
  new File([await readFile(new URL('../../page-assets/photo.jpg', import.meta.url))], name, { type: 'image/jpeg' })

export const PLACE = [
  ['partition', 'marketing'],
  ['collection', 'blog'],
  ['channel', 'hero-images'],
] as const

export type Client = ReturnType<typeof clientOf>

export async function start(env: Readonly<Record<string, string>> = {}): Promise<Client> {
  return clientOf(await startExample('vaults', env))
}

export function clientOf(server: RunningExample) {
  const { call, answer, postForm } = callerOf(server)
  return {
    server,
    call,
    answer,
    post: <T = VaultAsset>(as: string, fields: Fields, vault = FIRST) => postForm<T>(assetsOf(vault), as, fields),
    list: (as: string, query = '', vault = FIRST) => answer<Page>(`${assetsOf(vault)}${query}`, { as }),
    get: (as: string, id: string, vault = FIRST) => answer<VaultAsset>(`${assetsOf(vault)}/${id}`, { as }),
    patch: (as: string, id: string, json: unknown, vault = FIRST) =>
      answer<VaultAsset>(`${assetsOf(vault)}/${id}`, { as, method: 'PATCH', json }),
    remove: (as: string, id: string, vault = FIRST) => answer(`${assetsOf(vault)}/${id}`, { as, method: 'DELETE' }),
    content: async (as: string, id: string, vault = FIRST): Promise<Buffer> =>
      Buffer.from(await (await call(`${assetsOf(vault)}/${id}/content`, { as })).arrayBuffer()),
  }
}

export const error = { error: { code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/\w/) } }
export const errorAt = (field: string) => ({ error: { ...error.error, field } })
export const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
