import type { StowageErrorCode } from '@stowage/core/contracts'
import type { Described } from '../described.ts'
import type { AskedHeader } from '../headers.ts'
import type { OpenApiBody, OpenApiParameter, OpenApiResponse } from '../open-api-document.ts'

/** What the document says of one operation besides what follows from its path. */
export interface Description {
  readonly summary: string
  readonly details?: string
  readonly query?: (api: Described) => readonly OpenApiParameter[]
  readonly headers?: readonly AskedHeader[]
  /** It makes an asset, once for each key that names the request. */
  readonly makes?: true
  /** It changes what is there, under the conditions of the request. */
  readonly writes?: true
  /** Null: it has none in this profile. */
  readonly body?: (api: Described) => OpenApiBody | null
  /** What it answers where nothing is wrong, by status. */
  readonly answers: (api: Described) => Readonly<Record<number, OpenApiResponse>>
  /** What it refuses for reasons of its own. Those of every operation, and of every body, are added. */
  readonly errors?: readonly StowageErrorCode[]
}
