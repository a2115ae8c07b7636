import { MultipartError } from './errors.ts'
import { limitError, type MultipartLimits } from './limits.ts'
import { type Parameter, readParameters } from './parameters.ts'
import { utf8LengthExceeds } from './text.ts'

export interface Disposition {
  readonly name: string
  /** Undefined for a field. */
  readonly filename: string | undefined
}

const formData = /^form-data[ \t]*(?=;|$)/i

/** Reads a part's Content-Disposition. */
export function readDisposition(value: string | undefined, limits: MultipartLimits, partIndex: number): Disposition {
  if (value === undefined) throw malformed('it has no Content-Disposition', partIndex)
  const type = formData.exec(value)
  if (type === null) throw malformed('its Content-Disposition is not form-data', partIndex)
  const parameters = readParameters(value, type[0].trimEnd().length)
  if (parameters === null) throw malformed('the parameters of its Content-Disposition cannot be read', partIndex)
  const { values, repeated } = parameters
  if (repeated !== null) {
    throw new MultipartError('duplicate_parameter', `its Content-Disposition has "${repeated}" twice. Send it once.`, {
      partIndex,
    })
  }
  const name = unescapeName(values.get('name'))
  if (name === undefined || name === '') {
    throw new MultipartError('missing_name', 'it has no name, or an empty one. Give each part a name.', { partIndex })
  }
  const filename = unescapeName(values.get('filename'))
  // RFC 7578 §4.2 forbids filename*. Beside filename it is ignored; alone it would turn a file into a field.
  if (filename === undefined && values.has('filename*')) {
    throw malformed('it has filename* but no filename', partIndex)
  }
  if (utf8LengthExceeds(name, limits.nameBytes) || (filename !== undefined && utf8LengthExceeds(filename, limits.nameBytes))) {
    throw limitError(limits, 'nameBytes', partIndex)
  }
  return { name, filename }
}

const escapes = /\\["\\]|%22|%0A|%0D/g

/**
 * Undoes what senders do to names. Browsers percent-encode a quote, CR and LF, and leave backslashes alone (WHATWG HTML,
 * multipart/form-data encoding); old clients put a backslash before a quote. Any other backslash stays.
 */
function unescapeName(parameter: Parameter | undefined): string | undefined {
  if (parameter === undefined) return undefined
  const { raw, quoted } = parameter
  if (!quoted || !(raw.includes('\\') || raw.includes('%'))) return raw
  return raw.replace(escapes, escaped => {
    if (escaped === '\\"' || escaped === '%22') return '"'
    if (escaped === '%0A') return '\n'
    if (escaped === '%0D') return '\r'
    return escaped
  })
}

function malformed(what: string, partIndex: number): MultipartError {
  const message = `${what}. Send Content-Disposition: form-data; name="…", with filename="…" for a file.`
  return new MultipartError('malformed_disposition', message, { partIndex })
}
