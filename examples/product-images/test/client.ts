import { type RunningExample, startExample } from '@stowage-examples/shared/start-example'
import { expect, vi } from 'vitest'

/** What the document says of an asset. */
export interface ImageJson {
  readonly asset_id: string
  readonly name: string
  readonly status: 'processing' | 'ready' | 'failed'
  readonly url: string
  readonly thumbnail_url: string
  readonly width: number
  readonly height: number
  readonly file_size: number
  readonly format: string
  readonly tags: readonly string[]
  readonly created_at: string
  readonly updated_at: string
}

export interface PageJson {
  readonly assets: readonly ImageJson[]
  readonly total: number
  readonly limit: number
  readonly offset: number
  readonly has_more: boolean
}

export interface Call {
  readonly as?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: BodyInit
  readonly json?: unknown
}

/** Form fields in order: text, or a file. */
export type Fields = readonly (readonly [name: string, value: string | File])[]

export const imageFile = (bytes: Uint8Array<ArrayBuffer>, name = 'product.jpg', type = 'image/jpeg'): File =>
  new File([bytes], name, { type })

export type Client = ReturnType<typeof clientOf>

export async function start(env: Readonly<Record<string, string>> = {}): Promise<Client> {
  return clientOf(await startExample('product-images', env))
}

/** Speaks to a running example as its document says. */
export function clientOf(server: RunningExample) {
  const call = (path: string, { as, json, headers, ...init }: Call = {}): Promise<Response> => {
    const authorization: Record<string, string> = as ? { authorization: `Bearer ${as}` } : {}
    const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const url = path.startsWith('http') ? path : `${server.origin}${path}`
    return fetch(url, { redirect: 'manual', ...init, ...body, headers: { ...authorization, ...type, ...headers } })
  }
  const answer = async <T = unknown>(path: string, options?: Call): Promise<[status: number, body: T]> => {
    const response = await call(path, options)
    const text = await response.text()
    return [response.status, text === '' ? null : JSON.parse(text)]
  }
  const post = <T = ImageJson>(as: string, fields: Fields): Promise<[status: number, body: T]> => {
    const body = new FormData()
    for (const [name, value] of fields) body.append(name, value)
    return answer<T>('/v1/training-asset', { as, method: 'POST', body })
  }
  const get = (as: string, id: string) => answer<ImageJson>(`/v1/assets/${id}`, { as })
  return {
    server,
    call,
    answer,
    post,
    get,
    importUrl: (as: string, json: unknown) => answer<ImageJson>('/v1/training-asset', { as, method: 'POST', json }),
    list: (as: string, query = '') => answer<PageJson>(`/v1/my-uploaded-assets${query}`, { as }),
    bytes: async (url: string): Promise<Buffer> => Buffer.from(await (await call(url)).arrayBuffer()),
    /** The asset once its processing has ended. */
    settled: (as: string, { asset_id: id }: ImageJson): Promise<ImageJson> =>
      vi.waitUntil(
        async () => {
          const [, image] = await get(as, id)
          return image.status === 'processing' ? null : image
        },
        { timeout: 30_000 },
      ) as Promise<ImageJson>,
  }
}

export const error = { error: { code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/\w/) } }
