import type { AssetApi } from '@stowage/http'
import type { OpenApiDocument } from '../../src/lib/openapi/open-api-document.ts'

/** The document that an api serves at this path. */
export async function documentOf(api: Pick<AssetApi, 'fetch'>, path: string): Promise<OpenApiDocument> {
  const answer = await api.fetch(new Request(`http://localhost${path}`))
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as OpenApiDocument
}
