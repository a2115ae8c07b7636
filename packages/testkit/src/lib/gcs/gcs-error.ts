import type { Answer } from './exchange.ts'

/** A refusal as the service gives it: a reason for the JSON API, a code for the XML API. */
export class GcsError extends Error {
  override readonly name = 'GcsError'
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string, message: string = reason) {
    super(message)
    this.status = status
    this.reason = reason
  }
}

export const noBucket = () => new GcsError(404, 'NoSuchBucket', 'The specified bucket does not exist.')
export const noObject = (bucket: string, name: string) => new GcsError(404, 'NoSuchKey', `No such object: ${bucket}/${name}`)
export const conditionNotMet = () =>
  new GcsError(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.')

// The JSON API's reasons for what the XML API calls by a code of its own: https://cloud.google.com/storage/docs/json_api/v1/status-codes
const JSON_REASONS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'notFound',
  NoSuchKey: 'notFound',
  PreconditionFailed: 'conditionNotMet',
  AccessDenied: 'forbidden',
  AuthenticationRequired: 'required',
  InvalidRange: 'requestedRangeNotSatisfiable',
  NotModified: 'notModified',
}

/** https://cloud.google.com/storage/docs/json_api/v1/status-codes */
export function jsonError({ status, reason: code, message }: GcsError): Answer {
  const reason = JSON_REASONS[code] ?? code
  const body = { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } }
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify(body) }
}

/** https://cloud.google.com/storage/docs/xml-api/reference-status */
export function xmlError({ status, reason, message }: GcsError): Answer {
  const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${reason}</Code><Message>${xmlText(message)}</Message></Error>`
  return { status, headers: { 'content-type': 'application/xml; charset=UTF-8' }, body }
}

const XML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const xmlText = (value: string): string => value.replace(/[&<>"']/g, letter => XML_ESCAPES[letter] ?? letter)
