import type { StowageErrorCode } from '@stowage/core/contracts'
import type { z } from 'zod'
import type { Operation } from './operation.ts'

/**
 * What the OpenAPI document says besides what follows from the profile. Shapes are zod schemas; where `present` makes an answer and there is none
 * here, the document says that it is JSON of some kind.
 */
export interface Describe {
  /** Default: the kind's name, and `API`. */
  readonly title?: string
  /** Of your API. Default `1.0.0`. */
  readonly version?: string
  /** CommonMark. */
  readonly description?: string
  /** What `present.asset` makes. */
  readonly asset?: z.ZodType
  /** What `present.page` makes. */
  readonly page?: z.ZodType
  /** What `present.generated` makes. */
  readonly generated?: z.ZodType
  /** What `present.staged` makes. */
  readonly staged?: z.ZodType
  /** What `present.directUpload` makes. */
  readonly directUpload?: z.ZodType
  /** What `present.resumableUpload` makes. */
  readonly resumableUpload?: z.ZodType
  /** What `present.signedParts` makes. */
  readonly signedParts?: z.ZodType
  /** What `upload.json` reads. */
  readonly json?: z.ZodType
  /** What `present.link` makes. */
  readonly link?: z.ZodType
  /** What `present.error` makes. */
  readonly error?: z.ZodType
  /** Text fields of the upload form, where `upload.fields` are your own. Default: any text. */
  readonly form?: z.ZodObject
  /** What `update.patch` reads. */
  readonly patch?: z.ZodType
  /** What `present.bulk` makes. */
  readonly bulk?: z.ZodType
  /** Status that `present` gives the answer of an operation, where it is another than the usual one. */
  readonly status?: Readonly<Partial<Record<Operation, number>>>
  /** Status that `present.error` gives an error, where it is another than the usual one. */
  readonly errorStatus?: Readonly<Partial<Record<StowageErrorCode, number>>>
}
