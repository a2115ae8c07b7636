import type { BegunResumable, KnownResumable, ResumableStep } from './known-resumable.ts'
import type { KnownUpload, UploadStep } from './known-upload.ts'
import type { KnownAsset } from './world.ts'

export type Header = [name: string, value: string]

/** How a request's body is delimited. */
export type Framing = 'none' | 'length' | 'chunked'

/** What the client does once it has written what it means to write. */
export type Ending =
  /** Waits for the answer. */
  | 'whole'
  /** Sends a part of the bytes, then cuts the connection. */
  | 'cut'
  /** Sends a part of the bytes, then closes its side and waits. */
  | 'half-close'
  /** Sends all, then cuts the connection when the answer begins. */
  | 'leave'
  /** Sends a part of the body and then nothing, until the server gives up. */
  | 'stall'

/** What a request that was not harmed must do, and what it changes in the world. */
export interface Meaning {
  /** Statuses that are right; absent where several things may happen. */
  readonly expect?: readonly number[]
  readonly creates?: { readonly api: string; readonly owner: string; readonly base: string; readonly content: Buffer | null }
  readonly replaces?: { readonly asset: KnownAsset; readonly content: Buffer }
  readonly deletes?: KnownAsset
  /** Means this asset, in none of the other ways. */
  readonly names?: KnownAsset
  /** Bytes that are served must be some that this asset has had. */
  readonly reads?: KnownAsset
  /** Holds whatever else is wrong with the request: this identity may not see the asset. */
  readonly forbidden?: boolean
  /** Begins a session of this identity. */
  readonly signsIn?: string
  /** Answers with a token of a link to this asset. */
  readonly links?: KnownAsset
  /** Begins a direct upload of this content. */
  readonly begins?: { readonly api: string; readonly owner: string; readonly base: string; readonly content: Buffer }
  /** Is about this direct upload. */
  readonly upload?: UploadStep
  /** Begins a resumable upload. */
  readonly beginsResumable?: BegunResumable
  /** Is about this resumable upload. */
  readonly resumable?: ResumableStep
  /** Is answered in the words that every upload which is not there gets. */
  readonly noUpload?: boolean
}

/** One request while it is being made up: everything can still be harmed. Text is Latin-1, a character a byte. */
export interface Draft {
  readonly index: number
  /** What it named before it was harmed: it may do to that whatever its method does. */
  readonly asset: KnownAsset | null
  /** The same of a direct upload. */
  readonly upload: KnownUpload | null
  /** And of a resumable one. */
  readonly resumable: KnownResumable | null
  method: string
  path: string
  query: [name: string, value: string][]
  version: string
  headers: Header[]
  body: Buffer | null
  framing: Framing
  /** Sizes of chunks, again and again, for chunked bodies. */
  chunkSizes: number[]
  ending: Ending
  /** For endings that send a part: how much of the bytes, from 0 to 1. */
  part: number
  /** Sizes in which the bytes are written, again and again; empty writes them at once. */
  writes: number[]
  /** Bytes in the head that are changed last: the place from 0 to 1, and the new byte. */
  flips: [place: number, byte: number][]
  /** The bytes may not be one well-formed request: how many answers come cannot be known. */
  wild: boolean
  /** What was done to it, for people. */
  harms: string[]
  meaning: Meaning
}

export const header = (draft: Draft, name: string): string | undefined =>
  draft.headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1]

export function setHeader(draft: Draft, name: string, value: string): void {
  draft.headers = [...draft.headers.filter(([given]) => given.toLowerCase() !== name.toLowerCase()), [name, value]]
}

/** Text as the Latin-1 characters of its UTF-8 bytes. */
export const raw = (text: string): string => Buffer.from(text).toString('latin1')
