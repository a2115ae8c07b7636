import type { z } from 'zod'
import type { AssetRecord } from '../contracts/asset.ts'
import type { PictureRecipe } from '../contracts/transformer.ts'
import type { Policy } from '../policy/rule.ts'

export type AssetId = string | number

/** Makes and reads the ids of one kind. */
export interface IdStrategy {
  /** A new id in stored form: text that sorts in creation order by its bytes. */
  create(context: {
    readonly now: number
    readonly nextInSequence: (name: string) => Promise<number>
    readonly kind: string
    readonly random: (bytes: number) => Uint8Array
  }): string | Promise<string>
  /** Stored form of an id as a client writes it, or null when it can't be one. */
  parse(id: AssetId): string | null
  /** Public form of a stored id. */
  format(stored: string): AssetId
}

export type KeyContext = Pick<AssetRecord, 'id' | 'kind' | 'space' | 'createdBy' | 'fields' | 'contentType'> & {
  /** Sanitised and cut to 100 bytes: safe as a key segment. */
  readonly filename: string
  /** Set on replacements: a readable key must then hold it, to stay unique. */
  readonly replacementId: string | null
}

/** Where a new blob will lie. What it returns must hold the id (and `replacementId`, where there is one), so that no key is used twice. */
export type KeyStrategy = (asset: KeyContext) => string

export interface KindLimits {
  /** Largest file in bytes. Default 100 MiB. */
  readonly maxBytes?: number
  /** Smallest file in bytes. Default 1: an empty file is refused. */
  readonly minBytes?: number
  /** Largest `metadata` as JSON, in bytes. Default 64 KiB. */
  readonly maxMetadataBytes?: number
  /** Default 100. */
  readonly maxTags?: number
}

/** What is made of each file after it was stored. */
export interface ProcessingOptions {
  /** Pictures that every asset has, by name; made by the `transformer` given to createStowage. */
  readonly derivatives?: Readonly<Record<string, PictureRecipe>>
  /**
   * When an upload is answered: once it is stored; once something is known of it besides (dimensions, properties); or once all is done. The
   * answer comes after `waitMs` at the latest, and says how far it is. Default `stored`.
   */
  readonly answerAfter?: 'stored' | 'facts' | 'done'
  /** 0 to 60,000, default 2000. */
  readonly waitMs?: number
  /** Whether bytes, pictures and links are kept back until all is done. Default false: only until they are scanned, where there is a scanner. */
  readonly gate?: boolean
  /** How much text of each file the word index keeps. Default and most: 1 Mi characters. */
  readonly maxTextChars?: number
}

export interface KindOptions<Fields extends z.ZodObject = z.ZodObject> {
  /** Lower-case letters, digits and hyphens; a column in every row. */
  readonly name: string
  /** Declared fields: typed, validated, filterable. */
  readonly fields?: Fields
  /** Declared fields that lists filter or sort by often. */
  readonly indexes?: readonly (keyof z.output<Fields> & string)[]
  /** Default: UUIDv7. */
  readonly ids?: IdStrategy
  /** Default: random keys. */
  readonly keys?: KeyStrategy
  /** Default: the policy given to createStowage; deny without one. */
  readonly policy?: Policy
  readonly limits?: KindLimits
  /** Content types taken, as decided from the bytes: `image/png`, `image/*`. Default: all. */
  readonly accept?: readonly string[]
  /**
   * Types without a signature in their bytes, believed when the sender declares them and the bytes are text.
   * Default: `text/plain`, `text/csv`, `text/markdown`, `application/json`. All else that is not recognised is `application/octet-stream`.
   */
  readonly declaredTypes?: readonly string[]
  /** `unique`: a taken filename gets `-` and 8 hex digits before its extension. Default: `any`. */
  readonly filenames?: 'any' | 'unique'
  /** Default: `private`. */
  readonly visibility?: 'public' | 'private'
  /** False: nothing is learnt from stored files of this kind, or made of them. They are scanned, where there is a scanner. */
  readonly processing?: false | ProcessingOptions
}

/** A declared kind of asset, with every default filled in. */
export interface Kind<Fields extends z.ZodObject = z.ZodObject> extends KindOptions<Fields> {
  /** The schemas of the declared fields, by name; empty without any. */
  readonly shape: Readonly<Record<string, z.core.$ZodType>>
  readonly limits: Required<KindLimits>
  readonly filenames: 'any' | 'unique'
  readonly visibility: 'public' | 'private'
  readonly declaredTypes: readonly string[]
}

/** A kind as a running Stowage uses it. */
export interface BoundKind extends Kind {
  readonly ids: IdStrategy
}
