import { readDisposition } from './disposition.ts'
import { MultipartError } from './errors.ts'
import { readHeaders } from './headers.ts'
import type { MultipartLimits } from './limits.ts'
import { readParameters } from './parameters.ts'
import type { FileHead } from './part.ts'
import { isAscii } from './text.ts'

/** A field whose value is still to come. */
export interface FieldHead {
  readonly kind: 'field'
  readonly name: string
  readonly contentType: string | undefined
}

const plainEncoding = /^(?:7bit|8bit|binary)$/i
const utf8Charset = /^(?:utf-?8|us-ascii)$/i
const asciiSuperset = /^(?:iso-8859-1|windows-1252)$/i

/** Reads what stands between a boundary and a part's body: padding, CRLF, header lines. */
export function readPartHead(text: string, limits: MultipartLimits, partIndex: number): FieldHead | FileHead {
  const headers = readHeaders(text, endOfBoundaryLine(text, partIndex), partIndex)
  const { name, filename } = readDisposition(headers.get('content-disposition'), limits, partIndex)
  const encoding = headers.get('content-transfer-encoding')
  if (encoding !== undefined && !plainEncoding.test(encoding)) {
    const message = 'its Content-Transfer-Encoding is not 7bit, 8bit or binary. Send the bytes as they are (RFC 7578 §4.7).'
    throw new MultipartError('unsupported_encoding', message, { partIndex })
  }
  const contentType = headers.get('content-type')
  if (contentType !== undefined && /^multipart\//i.test(contentType)) {
    const message = 'it is a multipart of its own. Send each file as a part (RFC 7578 §4.3).'
    throw new MultipartError('nested_multipart', message, { partIndex })
  }
  if (filename === undefined) return { kind: 'field', name, contentType }
  headers.delete('content-disposition')
  return { kind: 'file', name, filename, contentType, headers }
}

function endOfBoundaryLine(text: string, partIndex: number): number {
  let at = 0
  while (text[at] === ' ' || text[at] === '\t') at++
  if (text.startsWith('\r\n', at)) return at + 2
  throw malformedBoundary(partIndex)
}

export function malformedBoundary(partIndex: number): MultipartError {
  const message = 'what follows the boundary is neither a line end nor "--". Use a boundary that no content contains, and CRLF.'
  return new MultipartError('malformed_boundary', message, { partIndex })
}

/** Refuses a field whose text is declared to be in something else than UTF-8, or says so for the form (RFC 7578 §4.6). */
export function checkCharset(field: FieldHead, value: string, partIndex: number): void {
  const charset = field.name === '_charset_' ? value : declaredCharset(field.contentType)
  if (charset === undefined || utf8Charset.test(charset)) return
  if (field.name !== '_charset_' && asciiSuperset.test(charset) && isAscii(value)) return
  throw new MultipartError('unsupported_charset', 'its charset is not UTF-8. Send the form as UTF-8.', { partIndex })
}

function declaredCharset(contentType: string | undefined): string | undefined {
  const start = contentType?.indexOf(';') ?? -1
  if (contentType === undefined || start < 0) return undefined
  return readParameters(contentType, start)?.values.get('charset')?.raw
}
