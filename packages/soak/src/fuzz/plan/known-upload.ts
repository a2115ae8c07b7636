import type { KnownAsset } from './world.ts'

/** A request that the API has signed: where it goes on this server. */
export interface SignedRequest {
  readonly path: string
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** A direct upload that a lane has begun. */
export interface KnownUpload {
  readonly api: string
  readonly base: string
  readonly id: string
  readonly owner: string
  readonly method: 'put' | 'multipart'
  /** What it was begun for. */
  readonly content: Buffer
  readonly declaresDigest: boolean
  /** Every content that may have arrived, by the ETag of its bytes. Null where not all of them are known. */
  sent: Map<string, Buffer> | null
  /** `ended`: aborted, or expired. */
  state: 'open' | 'verifying' | 'done' | 'failed' | 'ended'
  /** Whether bytes have arrived that are as many as were declared. */
  arrived: boolean
  /** False once something was sent whose outcome nobody saw, or that came with others. */
  sure: boolean
  request: SignedRequest | null
  /** Of the part that has arrived, as the storage named it. */
  partEtag: string | null
  asset: KnownAsset | null
}

/** What is asked of an upload. */
export interface UploadStep {
  readonly known: KnownUpload
  readonly does: 'read' | 'presign' | 'send' | 'complete' | 'abort'
  /** The bytes that are sent. */
  readonly content?: Buffer
}

export const isOpen = ({ state }: KnownUpload): boolean => state === 'open' || state === 'verifying'

/** Nobody knows any more what becomes of it; only that what it became is for ever. */
export function doubtUpload(upload: KnownUpload): void {
  upload.sure = false
}

/** The URL that was signed, as a request line has it. */
export function signedRequest(url: string, headers: Readonly<Record<string, string>>): SignedRequest {
  const { pathname, search } = new URL(url)
  const pairs = search.slice(1).split('&')
  return {
    path: pathname,
    query: pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const),
    headers: Object.entries(headers),
  }
}
