import { readFile } from 'node:fs/promises'
import { callerOf, type Fields } from '@stowage-examples/shared/caller'
import { type RunningExample, startExample } from '@stowage-examples/shared/start-example'
import { expect, vi } from 'vitest'

/** What the document says of an asset; what is optional depends on its type. */
export interface LibraryAsset {
  readonly id: string
  readonly title: string
  readonly slug: string
  readonly description: string | null
  readonly asset_type: string
  readonly file_path: string | null
  readonly file_size: number | null
  readonly mime_type: string | null
  readonly thumbnail_path: string | null
  readonly page_count: number | null
  readonly word_count?: number | null
  readonly width?: number | null
  readonly height?: number | null
  readonly external_url?: string
  readonly video_embed?: string | null
  readonly download_count: number
  readonly is_public: boolean
  readonly created_at: string
  readonly updated_at: string
}
export interface One {
  readonly success: true
  readonly data: LibraryAsset
}
export interface Page {
  readonly success: true
  readonly data: readonly LibraryAsset[]
  readonly pagination: { readonly page: number; readonly per_page: number; readonly total: number; readonly total_pages: number }
}

export const ASSETS = '/api/v1/assets'
export const UPLOADS = '/api/v1/uploads'

export type Client = ReturnType<typeof clientOf>

export async function start(): Promise<Client> {
  return clientOf(await startExample('asset-library'))
}

export function clientOf(server: RunningExample) {
  const { call, answer, postForm } = callerOf(server)
  const get = (as: string, id: string) => answer<One>(`${ASSETS}/${id}`, { as })
  return {
    server,
    call,
    answer,
    upload: (as: string, fields: Fields) => postForm<One>(ASSETS, as, fields),
    stage: (as: string, file: File) => postForm<{ data: { file_path: string } }>(UPLOADS, as, [['file', file]]),
    create: (as: string, json: unknown) => answer<One>(ASSETS, { as, method: 'POST', json }),
    list: (as: string, query = '') => answer<Page>(`${ASSETS}${query}`, { as }),
    get,
    patch: (as: string, id: string, json: unknown) => answer<One>(`${ASSETS}/${id}`, { as, method: 'PATCH', json }),
    remove: (as: string, id: string) => answer(`${ASSETS}/${id}`, { as, method: 'DELETE' }),
    /** The asset once it has a thumbnail. */
    drawn: (as: string, id: string): Promise<LibraryAsset> =>
      vi.waitUntil(
        async () => {
          const [, { data }] = await get(as, id)
          return data.thumbnail_path === null ? null : data
        },
        { timeout: 30_000, interval: 100 },
      ) as Promise<LibraryAsset>,
  }
}

export const textFile = (text = 'some text', name = 'note.txt', type = 'text/plain'): File => new File([text], name, { type })

/** 1200 by 800 pixels. */
export const photo = async (name = 'photo.jpg'): Promise<File> =>
  new File([await readFile(new URL('../../page-assets/photo.jpg', import.meta.url))], name, { type: 'image/jpeg' })

/** A PDF of two pages and six words. */
export function guide(name = 'product-guide.pdf'): File {
  const pages = ['One two three', 'four five six']
  const contents = pages.map(text => `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`)
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [4 0 R 6 0 R] /Count 2 >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...contents.flatMap((content, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + at * 2} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ]
  let pdf = '%PDF-1.4\n'
  const offsets = objects.map((object, at) => {
    const offset = pdf.length
    pdf += `${at + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const xref = pdf.length
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`
  pdf += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`
  return new File([pdf], name, { type: 'application/pdf' })
}

export const invalid = (field: string, message: unknown = expect.stringMatching(/^[A-Z"]/)) => ({
  error: 'Validation failed',
  message,
  field,
})
export const lacks = (scope: string) => ({ error: 'Insufficient permissions', message: `API key does not have ${scope} scope` })
export const forbidden = { error: 'Insufficient permissions', message: expect.stringMatching(/\w/) }
export const unauthorized = { error: 'Unauthorized', message: expect.stringMatching(/\w/) }
export const notFound = { error: 'Not Found', message: expect.stringMatching(/\w/) }
export const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
export const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
