import { MultipartError, type MultipartErrorCode } from './errors.ts'

/** What one body may hold. A value equal to a limit passes; `Infinity` lifts it. */
export interface MultipartLimits {
  /** Fields and files together. Default 256. */
  readonly parts: number
  /** Parts without a filename. Default 256. */
  readonly fields: number
  /** Parts with a filename. Default 32. */
  readonly files: number
  /** Header lines of one part, line ends and the empty line included. Default 8 KiB. */
  readonly headerBytes: number
  /** A name, and a filename, in UTF-8 after unescaping. Default 1 KiB. */
  readonly nameBytes: number
  /** The value of one field. Default 64 KiB. */
  readonly fieldBytes: number
  /** The content of one file. Default 1 GiB. */
  readonly fileBytes: number
  /** The whole body, boundaries and headers included. Default 2 GiB. */
  readonly totalBytes: number
}

export type LimitName = keyof MultipartLimits

/** The limits of a body where the caller sets none. */
export const defaultLimits: MultipartLimits = Object.freeze({
  parts: 256,
  fields: 256,
  files: 32,
  headerBytes: 8 * 1024,
  nameBytes: 1024,
  fieldBytes: 64 * 1024,
  fileBytes: 1024 ** 3,
  totalBytes: 2 * 1024 ** 3,
})

const exceeded: Record<LimitName, { code: MultipartErrorCode; what: string }> = {
  parts: { code: 'too_many_parts', what: 'the body has more than {n} parts' },
  fields: { code: 'too_many_fields', what: 'the body has more than {n} fields' },
  files: { code: 'too_many_files', what: 'the body has more than {n} files' },
  headerBytes: { code: 'headers_too_large', what: 'the headers exceed {n} bytes' },
  nameBytes: { code: 'name_too_long', what: 'the name or filename exceeds {n} bytes' },
  fieldBytes: { code: 'field_too_large', what: 'the field exceeds {n} bytes' },
  fileBytes: { code: 'file_too_large', what: 'the file exceeds {n} bytes' },
  totalBytes: { code: 'body_too_large', what: 'the body exceeds {n} bytes' },
}

export function limitError(limits: MultipartLimits, limit: LimitName, partIndex?: number): MultipartError {
  const { code, what } = exceeded[limit]
  const message = `${what.replace('{n}', String(limits[limit]))}. Send less, or raise the limit "${limit}".`
  return new MultipartError(code, message, { limit, partIndex })
}

/** Fills in defaults; a `RangeError` for a limit that is no whole number of at least 0. */
export function resolveLimits(given: Partial<MultipartLimits> = {}): MultipartLimits {
  const limits = { ...defaultLimits }
  for (const name of Object.keys(defaultLimits) as LimitName[]) {
    const value = given[name]
    if (value === undefined) continue
    if (!(value === Infinity || (Number.isSafeInteger(value) && value >= 0))) {
      throw new RangeError(`Limit "${name}" must be a whole number of at least 0, or Infinity; it is ${String(value)}.`)
    }
    limits[name] = value
  }
  return limits
}
