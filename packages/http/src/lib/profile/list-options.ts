import type { Column } from '@stowage/core/contracts'
import type { Bound, ListFilter } from './list-filter.ts'
import type { Paging } from './paging.ts'

export interface ListOptions<FieldName extends string = string> {
  /**
   * Query parameters that filter. Names of columns or declared fields match exactly, and those of times and numbers have bounds, such as
   * `createdAt[gte]`; `tags` means any of them, `tags[all]` each. The record form gives a parameter any meaning.
   * Default: `type`, `visibility`, `processing`, `createdBy`, `contentType`, `tags`, `tags[all]`, every declared field of one string, number or boolean, and
   * the bounds of `createdAt`, `updatedAt`, `sizeBytes` and fields that are numbers. Other parameters are refused, and private fields are no parameters.
   */
  readonly filter?: readonly FilterName<FieldName>[] | Readonly<Record<string, ListFilter>>
  readonly sort?: SortOptions
  /** Default: `cursorPaging()`. */
  readonly paging?: Paging
  /** Query parameter that searches, or false. Default `search`. */
  readonly search?: string | false
  /** Query parameter for words of the files' texts, or false. Default `words`; false where `search` is. */
  readonly words?: string | false
  /** Query parameter that, when `true`, puts first what says most about the words; or false. Default `ranked`. */
  readonly ranked?: string | false
  /** How totals are counted. Default `none`. */
  readonly total?: 'none' | 'bounded' | 'exact'
}

type FilterName<FieldName extends string> =
  | FieldName
  | FilterColumn
  | 'tags'
  | 'tags[all]'
  | `${FieldName | 'createdAt' | 'updatedAt' | 'sizeBytes' | 'width' | 'height'}[${Bound}]`

type FilterColumn =
  | 'createdBy'
  | 'type'
  | 'processing'
  | 'visibility'
  | 'slug'
  | 'filename'
  | 'contentType'
  | 'sizeBytes'
  | 'sha256'
  | 'width'
  | 'height'

/** Default: `?sort=createdAt` or `-createdAt` (descending), over `createdAt` and what the kind declares in `sorts`; newest first. */
export interface SortOptions {
  /** Name on the wire to column: `createdAt`, and what the kind declares in `sorts`. */
  readonly columns: Readonly<Record<string, Column>>
  /** Wire name, with `-` in front for descending. Default: newest first, by whichever name stands for `createdAt`. */
  readonly default?: string
  /** Default `sort`. */
  readonly param?: string
  /** Takes the direction from a parameter of its own (`asc`, `desc`) instead of from a leading `-`. */
  readonly orderParam?: string
}
