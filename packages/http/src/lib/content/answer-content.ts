import { createHash } from 'node:crypto'
import type { AssetContent, OpenOptions } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import type { DeliveryOptions } from '../profile/profile.ts'
import type { HttpRequest } from '../request.ts'
import type { HttpResponse } from '../response.ts'
import { judgeConditions } from './conditions.ts'
import { contentHeaders, type Sharing, validatorHeaders } from './content-headers.ts'
import type { Deliver, HandOver } from './delivery/delivery.ts'
import type { ContentRange } from './range.ts'
import type { SmallContents } from './small-contents.ts'
import { wantedRange } from './wanted-range.ts'

export interface DeliveryContext {
  readonly request: HttpRequest
  readonly sharing: Sharing
  readonly delivery: DeliveryOptions
  readonly contents: SmallContents
  /** Null: from here. */
  readonly deliver: Deliver | null
  readonly urlAt: HandOver['urlAt']
  /** Until when the permission lasts that was given with the URL; null: no such end. */
  readonly remainingSeconds: number | null
}

/**
 * Answers GET or HEAD with an asset's bytes. Storage is asked only once it is certain that bytes go out.
 * @throws StowageError `precondition_failed`, `range_not_satisfiable`
 */
export async function answerContent(content: AssetContent, context: DeliveryContext): Promise<HttpResponse> {
  const { asset } = content
  const { request, sharing, delivery } = context
  const verdict = judgeConditions(name => request.header(name), { etag: asset.contentEtag, lastModified: asset.updatedAt })
  if (verdict === 'precondition_failed') {
    throw new StowageError('precondition_failed', 'The content is not the one named in If-Match or If-Unmodified-Since.')
  }
  if (verdict === 'not_modified') return { status: 304, headers: validatorHeaders(asset, sharing, delivery), body: null }
  const headers = contentHeaders(asset, sharing, { delivery, download: request.query.has('download') })
  const range = wantedRange(request, { etag: asset.contentEtag, sizeBytes: asset.sizeBytes })
  // A part from the middle goes on with a download that was counted.
  const counted = () => {
    if (request.method === 'GET' && (range === null || range.start === 0)) content.countDownload()
  }
  const handedOver = await handOver(content, context, { headers, range })
  if (handedOver !== null) {
    counted()
    return handedOver
  }
  if (range !== null) {
    headers['content-range'] = `bytes ${range.start}-${range.end}/${asset.sizeBytes}`
    headers['content-length'] = String(range.end - range.start + 1)
  } else {
    headers['content-length'] = String(asset.sizeBytes)
  }
  const body = request.method === 'HEAD' || asset.sizeBytes === 0 ? null : await openBody(content, context, range)
  if (range !== null && body instanceof Uint8Array) headers['content-digest'] = sha256Field(body)
  counted()
  return { status: range === null ? 200 : 206, headers, body }
}

/** HEAD is answered from the record, wherever the bytes come from. */
async function handOver(
  content: AssetContent,
  { deliver, request, sharing, delivery, remainingSeconds, urlAt }: DeliveryContext,
  wanted: Pick<HandOver, 'headers' | 'range'>,
): Promise<HttpResponse | null> {
  if (deliver === null || request.method !== 'GET') return null
  const publicMaxAgeSeconds = delivery.publicMaxAgeSeconds ?? 0
  return deliver(content, { ...wanted, request, sharing, publicMaxAgeSeconds, remainingSeconds, urlAt })
}

// RFC 9530 §2: of the bytes in this very answer, so only of a part; of the whole there is Repr-Digest.
function sha256Field(bytes: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`
}

async function openBody(
  content: AssetContent,
  { request, contents }: DeliveryContext,
  range: ContentRange | null,
): Promise<HttpResponse['body']> {
  const small = await contents.read(content, request)
  if (small !== null) return range === null ? small : small.subarray(range.start, range.end + 1)
  const options: OpenOptions = {
    signal: request.signal,
    preferLocalFile: request.takesLocalFiles,
    ...(range !== null && { range }),
  }
  const opened = await content.open(options)
  if (opened.localFile === undefined) return opened.body
  const [start, end] = range === null ? [0, content.asset.sizeBytes] : [range.start, range.end + 1]
  return { file: opened.localFile, start, end }
}
