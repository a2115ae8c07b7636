import type { AssetJson, AssetPageJson, LinkJson, ProblemJson } from '@stowage/http'

/** Members that answers in JSON may have. */
export type AnswerJson = Omit<AssetJson, 'id' | 'type' | 'url'> &
  AssetPageJson &
  Omit<LinkJson, 'url'> &
  ProblemJson & {
    readonly id: string
    readonly url: string
    readonly error: string
    readonly files: readonly AssetJson[]
    readonly contentEtag: string
    readonly request: { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>> }
    readonly asset: AssetJson
    readonly partBytes: number
    readonly partCount: number
    readonly parts: readonly [SignedOrSentPart, ...SignedOrSentPart[]]
    readonly thumbUrl: string | null
    readonly thumbLink: string | null
    readonly smallLink: string | null
    readonly autoLink: string | null
  }

/** A part of a direct upload: with the request that sends it, or as the storage has it. */
interface SignedOrSentPart {
  readonly partNumber: number
  readonly sizeBytes: number
  readonly etag: string
  readonly request: AnswerJson['request']
}

/** One answer, as it came. */
export interface Answer {
  readonly status: number
  /** Names in lower case; repeated lines joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** Each line by itself, in its order. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly bytes: Buffer
  readonly text: string
  readonly json: AnswerJson
  /** False where the connection, or the stream, ended before the body did. */
  readonly complete: boolean
  /** Interim answers that came first, such as 100. */
  readonly interim: readonly number[]
}

/** One request. The path and the headers go out as they are written. */
export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A list of pieces goes out chunked. */
  readonly body?: string | Uint8Array | readonly string[]
}

export interface AnswerParts extends Pick<Answer, 'status' | 'lines' | 'bytes' | 'complete'> {
  readonly interim?: readonly number[]
}

export function createAnswer({ status, lines, bytes, complete, interim = [] }: AnswerParts): Answer {
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value
  }
  return {
    status,
    lines,
    headers,
    bytes,
    complete,
    interim,
    text: bytes.toString(),
    get json() {
      return JSON.parse(bytes.toString()) as AnswerJson
    },
  }
}
