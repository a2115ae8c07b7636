import type { z } from 'zod'
import type { Actor, Space } from '../contracts/actor.ts'
import type { AssetRecord } from '../contracts/asset.ts'
import type { SearchedColumn } from '../contracts/filter.ts'
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

/** Columns besides `createdAt` that lists may be sorted by. */
export type SortableColumn = 'updatedAt' | 'title' | 'filename' | 'slug' | 'contentType' | 'sizeBytes' | 'width' | 'height'

/** How much one space may hold of a kind; what is absent is not limited. */
export interface Quota {
  readonly bytes?: number
  /** Assets, those without bytes too. */
  readonly count?: number
}

/** Whose room an asset takes. */
export interface QuotaOwner {
  readonly space: Space | null
  readonly actor: Actor | null
}

/** An asset that is about to be made or changed, as far as it is known; of a new file, size and digest are not. */
export type CheckedAsset = Omit<
  AssetRecord,
  'state' | 'processing' | 'processingError' | 'processingProgress' | 'uniqueName' | 'blobId' | 'version'
>

/** What is wrong with an asset, by the name of what is at fault; nothing where the value is `false`, null or absent. */
export type Faults = Readonly<Record<string, string | false | null | undefined>>

export interface KindOptions<Fields extends z.ZodObject = z.ZodObject> {
  /** Lower-case letters, digits and hyphens; a column in every row. */
  readonly name: string
  /** Declared fields: typed, validated, filterable. */
  readonly fields?: Fields
  /** Declared fields that lists filter by often. */
  readonly indexes?: readonly (keyof z.output<Fields> & string)[]
  /** What lists are sorted by over HTTP, besides `createdAt`; each has an index. Default: none. */
  readonly sorts?: readonly ((keyof z.output<Fields> & string) | SortableColumn)[]
  /** What `search` looks into, of assets written from now on. Default: title, description, filename and tags. */
  readonly searched?: readonly SearchedColumn[]
  /** Declared fields that only server code sees and sets: over HTTP they are in no answer, filter, sort or form. Default: none. */
  readonly privateFields?: readonly (keyof z.output<Fields> & string)[]
  /**
   * True: each asset has a `slug`, unique in its space, made from its title, else its filename, where none is given; a taken one gets `-2`, `-3` …
   * It stays when the title changes. Default false: slugs are null unless given.
   */
  readonly slugs?: boolean
  /**
   * Asked about each asset before it is made or changed, once its bytes are recognised and its fields are complete. Refuses it (`unprocessable`) by
   * answering what is wrong, by name: `{ title: asset.title === null && 'is required' }`; or by throwing a {@link StowageError}. What else it throws is a
   * fault of its own. One that does not answer within 5 s is given up (`timeout`).
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that only throws returns nothing
  readonly check?: (asset: CheckedAsset) => Faults | void | Promise<Faults | void>
  /** How much each space may hold (all assets of the kind together, where it has no spaces). Asked once per upload. Default: no limit. */
  readonly quota?: Quota | ((owner: QuotaOwner) => Quota | null | undefined | Promise<Quota | null | undefined>)
  /** Whether downloads are counted. Default false. */
  readonly countDownloads?: boolean
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
