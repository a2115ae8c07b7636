import type { AssetDetails, CreateInput, ImportInput } from '@stowage/core'
import type { JsonObject } from '@stowage/core/contracts'
import type { FormFields } from '../upload/form-fields.ts'
import type { Given } from './given.ts'
import type { RequestContext } from './present.ts'

/** What a JSON body asks for: an asset without an upload, or one of a file elsewhere. */
export type JsonUpload = Given<CreateInput> | { readonly import: Given<ImportInput> & Pick<ImportInput, 'url'> }

export interface UploadOptions {
  /** Form field that holds the file. Default `file`. */
  readonly fileField?: string
  /**
   * Member of a JSON body, and text field of a form without a file, that holds the URL of a file to import; false: none is imported. Only where
   * `createStowage` has an importer. Default `url`.
   */
  readonly urlField?: string | false
  /**
   * Member of a JSON body that holds where the asset is instead of here; false: no links are made. Default `externalUrl`; false where `fields`,
   * `details` or `json` are your own, or the kind says what it accepts.
   */
  readonly externalUrlField?: string | false
  /** Member of a JSON body that holds the id of a staged file; false: none is taken. Default `staged`; false where `externalUrlField` is. */
  readonly stagedField?: string | false
  /** Reads a JSON body of another shape, whole. What is `undefined` was not given. @throws StowageError `invalid_request`, `unprocessable` */
  readonly json?: (body: JsonObject, context: RequestContext) => JsonUpload
  /** Text fields that are taken; others are refused. Default: title, description, visibility, slug, filename, tags, metadata and every declared field. */
  readonly fields?: readonly string[]
  /**
   * Makes details of the text fields. Called when the file begins with what came before it, and again with everything after it, so it must
   * not insist on a field's presence: the kind's own schema does. What is `undefined` was not given. The members of a JSON import come in the same
   * shape, arrays as fields that repeat.
   */
  readonly details?: (fields: FormFields, context: RequestContext) => Given<AssetDetails>
  /** Takes a raw body too, with its name in `?filename=` or Content-Disposition. Default true. */
  readonly raw?: boolean
  /** Largest number of text fields. Default 100. */
  readonly maxFields?: number
  /** Largest text field in bytes. Default 64 KiB. */
  readonly maxFieldBytes?: number
}
