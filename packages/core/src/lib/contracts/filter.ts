/** Columns a filter or sort may name; `{ field }` is one that the kind declares. */
export type BuiltInColumn =
  | 'id'
  | 'space'
  | 'createdBy'
  | 'type'
  | 'state'
  | 'processing'
  | 'visibility'
  | 'title'
  | 'slug'
  | 'filename'
  | 'contentType'
  | 'sizeBytes'
  | 'sha256'
  | 'width'
  | 'height'
  | 'createdAt'
  | 'updatedAt'
export type Column = BuiltInColumn | { readonly field: string }
/** Texts that a search may look into; `tags` are each a text. */
export type SearchedColumn = 'title' | 'description' | 'filename' | 'tags'

export type Scalar = string | number | boolean

/**
 * What a list holds, as data. Two-valued logic: a comparison with a null column is false, and `not` is its
 * complement, so `not(eq(x, 1))` holds where x is null. Strings compare by UTF-8 bytes, exactly.
 */
export type Filter =
  | { readonly op: 'all' }
  | { readonly op: 'none' }
  | { readonly op: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly op: 'not'; readonly filter: Filter }
  | { readonly op: 'eq' | 'lt' | 'lte' | 'gt' | 'gte'; readonly column: Column; readonly value: Scalar }
  | { readonly op: 'in'; readonly column: Column; readonly values: readonly Scalar[] }
  | { readonly op: 'isNull'; readonly column: Column }
  /** `any`: at least one of them; `all`: each of them; `none`: not one. Empty list: `any` is false, the others true. */
  | { readonly op: 'tags'; readonly match: 'any' | 'all' | 'none'; readonly tags: readonly string[] }
  /** Every term is a case- and accent-folded literal substring of title, description, filename or a tag. */
  | { readonly op: 'search'; readonly terms: readonly string[] }
  /**
   * Every word of every term is a word of the asset's extracted text, case- and accent-folded. Words are runs of letters, marks and digits; of
   * one longer than 100 characters, these count. Of scripts without spaces, each two neighbouring characters are a word. Terms without a word hold
   * everywhere. Assets that are not `ready` have no text.
   */
  | { readonly op: 'words'; readonly terms: readonly string[] }

export interface Sort {
  readonly column: Column
  readonly direction: 'asc' | 'desc'
}
