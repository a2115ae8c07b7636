import { MultipartError } from './errors.ts'
import { readParameters } from './parameters.ts'

// RFC 2046 §5.1.1: 1 to 70 bchars, the last of them no space.
const validBoundary = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/
const mediaType = /^[ \t]*multipart\/form-data[ \t]*(?=;|$)/i

/**
 * Reads the boundary from the Content-Type of a request.
 * @param contentType header value; the boundary as a token or quoted
 * @returns the boundary, 1 to 70 characters
 * @throws MultipartError `not_multipart`, `invalid_boundary`
 * @see RFC 2046 §5.1.1, RFC 7578 §4.1
 */
export function boundaryOf(contentType: string | null | undefined): string {
  const type = mediaType.exec(contentType ?? '')
  if (contentType == null || type === null) {
    throw new MultipartError(
      'not_multipart',
      'The Content-Type is not multipart/form-data. Send the form as multipart/form-data.',
    )
  }
  const parameters = readParameters(contentType.trimEnd(), type[0].trimEnd().length)
  if (parameters === null) throw boundaryError('The parameters of the Content-Type cannot be read')
  if (parameters.repeated !== null) throw boundaryError(`The Content-Type has the parameter "${parameters.repeated}" twice`)
  const boundary = parameters.values.get('boundary')
  if (boundary === undefined) throw boundaryError('The Content-Type has no boundary parameter')
  return checkBoundary(boundary.raw)
}

export function checkBoundary(boundary: string): string {
  if (boundary === '') throw boundaryError('The boundary is empty')
  if (boundary.length > 70) throw boundaryError(`The boundary has ${boundary.length} characters, over 70`)
  if (!validBoundary.test(boundary)) throw boundaryError('The boundary has a character that RFC 2046 does not allow')
  return boundary
}

function boundaryError(what: string): MultipartError {
  return new MultipartError(
    'invalid_boundary',
    `${what}. Let the HTTP client write the Content-Type of the form, with its boundary.`,
  )
}
