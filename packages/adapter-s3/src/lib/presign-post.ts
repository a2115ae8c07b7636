import { createHmac } from 'node:crypto'
import type { PresignedRequest, PresignPostOptions } from '@stowage/core/contracts'
import { invalid } from './errors.ts'
import type { Place } from './place.ts'
import { bucketUrl, expiry, headerValue, lifetime, signingDateOf, wholeBytes } from './presign.ts'

type Fields = Record<string, string>

/**
 * A form that may store one key, of one type, between two sizes, until it expires.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export async function presignPost(place: Place, key: string, options: PresignPostOptions): Promise<PresignedRequest> {
  const { minBytes = 0, maxBytes, contentType = 'application/octet-stream' } = options
  if (wholeBytes(minBytes) > wholeBytes(maxBytes)) throw invalid(`No size is from ${minBytes} to ${maxBytes} bytes.`)
  const date = signingDateOf(place)
  const expiresAt = expiry(date, lifetime(options.expiresInSeconds))
  const credentials = await place.client.config.credentials()
  const region = await place.client.config.region()
  const stamp = date.toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = [stamp.slice(0, 8), region, 's3', 'aws4_request']
  const fields: Fields = {
    key: place.prefix + key,
    'Content-Type': headerValue(contentType),
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': [credentials.accessKeyId, ...scope].join('/'),
    'X-Amz-Date': stamp,
    ...(credentials.sessionToken && { 'X-Amz-Security-Token': credentials.sessionToken }),
  }
  const policy = policyOf(place, fields, { minBytes, maxBytes, expiresAt })
  const signingKey = scope.reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  const signature = hmac(signingKey, policy).toString('hex')
  return {
    method: 'POST',
    url: await bucketUrl(place),
    headers: {},
    fields: { ...fields, Policy: policy, 'X-Amz-Signature': signature },
    expiresAt,
  }
}

function policyOf(
  { bucket }: Place,
  fields: Fields,
  { minBytes, maxBytes, expiresAt }: { readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: Date },
): string {
  // Every condition names one value: a field with another, or one that is not named, is refused.
  const exact = Object.entries(fields).map(([name, value]) => ({ [name]: value }))
  const conditions = [{ bucket }, ...exact, ['content-length-range', minBytes, maxBytes]]
  return Buffer.from(JSON.stringify({ expiration: expiresAt.toISOString(), conditions })).toString('base64')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
