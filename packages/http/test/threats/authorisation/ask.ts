import type { AssetApi } from '@stowage/http'

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** One request through `fetch`, with an id of its own that is always the same: two answers are then equal or they are not. */
export async function ask(
  api: Pick<AssetApi, 'fetch'>,
  path: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<Told> {
  const response = await api.fetch(
    new Request(`https://app.example.com${path}`, {
      method,
      headers: { 'x-request-id': 'the-request', ...headers },
      ...(body !== undefined && { body: body as BodyInit }),
    }),
  )
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() }
}
