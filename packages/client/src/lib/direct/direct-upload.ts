import type { UploadJson } from '../upload/settled.ts'

/** A request that the storage answers, for whoever has it. */
export interface SignedRequest {
  readonly method: 'PUT' | 'POST' | 'GET'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of a form, before its last field, `file`. */
  readonly fields?: Readonly<Record<string, string>>
}

export interface SignedPart {
  readonly partNumber: number
  readonly request: SignedRequest
}

/** An upload as the house API sends it. */
export interface DirectUpload extends UploadJson {
  readonly method: 'put' | 'post' | 'multipart'
  readonly sizeBytes: number
  readonly request: SignedRequest | null
  readonly partBytes: number | null
  readonly partCount: number | null
  /** What has arrived. */
  readonly parts: readonly { readonly partNumber: number; readonly sizeBytes: number }[]
}
