import type { StowageErrorCode } from '@stowage/core/contracts'
import type { Operation } from '../profile/operation.ts'
import {
  assetSchema,
  bulkSchema,
  directUploadSchema,
  generatedSchema,
  linkSchema,
  pageSchema,
  resumableSchema,
  signedPartsSchema,
  stagedSchema,
} from './answer-shapes.ts'
import type { Described } from './described.ts'
import { type AnsweredHeader, type AskedHeader, answerHeaders } from './headers.ts'
import { listParameters } from './list-parameters.ts'
import type { JsonSchema, OpenApiBody, OpenApiParameter, OpenApiResponse } from './open-api-document.ts'
import { rawParameters } from './raw-parameters.ts'
import {
  BINARY,
  beginUploadBody,
  bulkBody,
  chunkBody,
  completeUploadBody,
  generateBody,
  linkBody,
  patchBody,
  presignPartsBody,
  replaceBody,
  stageBody,
  uploadBody,
} from './request-bodies.ts'

/** What the document says of one operation besides what follows from its path. */
export interface Description {
  readonly summary: string
  readonly details?: string
  readonly query?: (api: Described) => readonly OpenApiParameter[]
  readonly headers?: readonly AskedHeader[]
  /** It makes an asset, once for each key that names the request. */
  readonly makes?: true
  /** It changes what is there, under the conditions of the request. */
  readonly writes?: true
  /** Null: it has none in this profile. */
  readonly body?: (api: Described) => OpenApiBody | null
  /** What it answers where nothing is wrong, by status. */
  readonly answers: (api: Described) => Readonly<Record<number, OpenApiResponse>>
  /** What it refuses for reasons of its own. Those of every operation, and of every body, are added. */
  readonly errors?: readonly StowageErrorCode[]
}

const stored: readonly StowageErrorCode[] = ['checksum_mismatch', 'insufficient_storage', 'already_exists', 'conflict']
const created: readonly StowageErrorCode[] = [...stored, 'quota_exceeded']
const read: readonly StowageErrorCode[] = ['precondition_failed']
const served: readonly StowageErrorCode[] = [
  'precondition_failed',
  'range_not_satisfiable',
  'conflict',
  'forbidden',
  'invalid_request',
]

const progress = ['Tus-Resumable', 'Upload-Offset', 'Upload-Expires', 'Stowage-Upload-State', 'Stowage-Asset'] as const
const CHECKSUM: OpenApiResponse = { description: 'The bytes do not have the checksum that came with them: none of them is kept.' }

const conditions: readonly AskedHeader[] = ['If-None-Match', 'If-Modified-Since', 'If-Match', 'If-Unmodified-Since']
const contentHeaders: readonly AskedHeader[] = ['Range', 'If-Range', ...conditions]

/** Every operation: one that has no entry does not compile. */
export const descriptions: Readonly<Record<Operation, Description>> = {
  upload: {
    summary: 'Upload a file',
    query: rawParameters,
    makes: true,
    headers: ['Content-Disposition', 'Repr-Digest'],
    body: uploadBody,
    answers: api => ({ 201: json('The new asset.', assetSchema(api), 'Location', 'ETag') }),
    errors: [...created, 'bad_gateway', 'unsupported'],
  },
  list: {
    summary: 'List assets',
    details: 'Only those that you may see are in the list and in its total.',
    query: listParameters,
    answers: api => ({ 200: json('A page of them.', pageSchema(api), 'Link', 'Cache-Control') }),
    errors: ['invalid_request', 'invalid_cursor'],
  },
  get: {
    summary: 'Read the record of an asset',
    headers: conditions,
    answers: api => ({ 200: json('The asset.', assetSchema(api), 'ETag', 'Cache-Control'), 304: NOT_MODIFIED }),
    errors: [...read, 'invalid_request'],
  },
  update: {
    summary: 'Change an asset',
    details: 'A merge patch (RFC 7396): what is absent stays as it is, null takes away.',
    writes: true,
    body: patchBody,
    answers: api => ({ 200: json('The asset as it is now.', assetSchema(api), 'ETag') }),
    errors: ['already_exists'],
  },
  delete: {
    summary: 'Delete an asset',
    writes: true,
    answers: () => ({ 204: { description: 'It is gone.' } }),
  },
  content: {
    summary: 'Read the bytes of an asset',
    query: () => [DOWNLOAD, VERSION],
    headers: contentHeaders,
    answers: bytes,
    errors: served,
  },
  derivative: {
    summary: 'Read a picture that is made of an asset',
    query: () => [DOWNLOAD, VERSION],
    headers: contentHeaders,
    answers: bytes,
    errors: [...served, 'unprocessable', 'rate_limited'],
  },
  replace: {
    summary: 'Replace the bytes of an asset',
    query: () => [FILENAME],
    headers: ['Content-Disposition', 'Repr-Digest'],
    writes: true,
    body: replaceBody,
    answers: api => ({ 200: json('The asset as it is now.', assetSchema(api), 'ETag') }),
    errors: [...stored, 'quota_exceeded'],
  },
  bulkDelete: {
    summary: 'Delete many assets',
    details: 'Each by itself: what is refused for one leaves the others.',
    body: api => bulkBody(api, []),
    answers: api => ({ 200: json('What became of each.', bulkSchema(api)) }),
    errors: ['precondition_failed'],
  },
  bulkTag: {
    summary: 'Tag many assets',
    details: 'Each by itself: what is refused for one leaves the others. Some tags are removed, then some are added.',
    body: api => bulkBody(api, ['add', 'remove']),
    answers: api => ({ 200: json('What became of each.', bulkSchema(api)) }),
    errors: ['precondition_failed'],
  },
  generate: {
    summary: 'Make a picture from words',
    makes: true,
    body: generateBody,
    answers: api => ({ 201: json('The new asset.', generatedSchema(api), 'Location', 'ETag') }),
    errors: [...created, 'bad_gateway', 'rate_limited', 'unsupported'],
  },
  stage: {
    summary: 'Keep a file that an asset will be made of',
    details: 'Of use to you alone, once, in the member of an upload as JSON that names it.',
    query: () => [FILENAME],
    headers: ['Content-Disposition', 'Repr-Digest'],
    body: stageBody,
    answers: api => ({ 201: json('The file, and its id.', stagedSchema(api), 'Cache-Control') }),
    errors: [...created],
  },
  beginUpload: {
    summary: 'Begin an upload straight to the storage',
    details:
      'Send the file with `request`, or its parts with what `presignParts` signs; then complete the upload. It is of use to you alone.',
    body: beginUploadBody,
    answers: api => ({ 201: json('What sends the file.', directUploadSchema(api), 'Location', 'Cache-Control') }),
    errors: ['already_exists', 'quota_exceeded', 'unsupported'],
  },
  readUpload: {
    summary: 'Read how far an upload is',
    details: 'While it is open, with a fresh request to send the file with, and the parts that have arrived.',
    answers: api => ({ 200: json('The upload.', directUploadSchema(api), 'Cache-Control') }),
  },
  presignParts: {
    summary: 'Sign requests for parts of a file',
    body: presignPartsBody,
    answers: api => ({ 200: json('What sends each part.', signedPartsSchema(api), 'Cache-Control') }),
    errors: ['conflict'],
  },
  completeUpload: {
    summary: 'Make the asset of an upload whose bytes have arrived',
    details:
      'Size, digest and type are verified first; what is refused ends the upload. A second time, it answers with the same asset.',
    body: completeUploadBody,
    answers: api => ({
      201: json('The new asset.', assetSchema(api), 'Location', 'ETag'),
      202: json(
        'The bytes are still being verified: read the upload at `Location`.',
        directUploadSchema(api),
        'Location',
        'Retry-After',
      ),
    }),
    errors: stored,
  },
  abortUpload: {
    summary: 'Give an upload up',
    answers: () => ({ 204: { description: 'It has ended, and what had arrived is removed.' } }),
    errors: ['conflict'],
  },
  createResumable: {
    summary: 'Begin an upload that can go on after a break',
    details:
      'By the tus protocol, version 1.0.0 (tus.io). Bytes may come along, and go on at `Location`. It is of use to you alone.',
    headers: ['Tus-Resumable', 'Upload-Length', 'Upload-Defer-Length', 'Upload-Metadata', 'Upload-Checksum'],
    body: () => chunkBody(false),
    answers: () => ({
      201: { description: 'Where the bytes go.', headers: answerHeaders('Location', ...progress) },
      460: CHECKSUM,
    }),
    errors: [...created, 'precondition_failed', 'unsupported'],
  },
  resumableOffset: {
    summary: 'Ask where the next bytes begin',
    details: 'A request that is still sending is stopped: the offset stays as it is told until you go on.',
    headers: ['Tus-Resumable'],
    answers: () => ({
      200: { description: 'How far it is.', headers: answerHeaders('Upload-Length', 'Cache-Control', ...progress) },
      410: { description: 'It has failed.' },
    }),
    errors: ['precondition_failed', 'conflict'],
  },
  appendResumable: {
    summary: 'Send more bytes',
    details:
      'What comes is kept even where the request breaks off. The last bytes make the asset; what is refused ends the upload.',
    headers: ['Tus-Resumable', 'Upload-Offset', 'Upload-Length', 'Upload-Checksum'],
    body: () => chunkBody(true),
    answers: () => ({
      204: { description: 'How far it is by now.', headers: answerHeaders('Content-Location', ...progress) },
      460: CHECKSUM,
    }),
    errors: [...created, 'precondition_failed'],
  },
  abortResumable: {
    summary: 'Give a resumable upload up',
    headers: ['Tus-Resumable'],
    answers: () => ({ 204: { description: 'It has ended, and what had arrived is removed.' } }),
    errors: ['precondition_failed', 'conflict'],
  },
  readResumable: {
    summary: 'Read how far a resumable upload is',
    details: 'Disturbs nobody who is sending.',
    answers: api => ({ 200: json('The upload.', resumableSchema(api), 'Cache-Control') }),
  },
  link: {
    summary: 'Make a signed link, which needs no credentials',
    body: linkBody,
    answers: api => ({ 200: json('The link.', linkSchema(api), 'Cache-Control') }),
    errors: ['unsupported', 'conflict'],
  },
  linkContent: {
    summary: 'Read what a signed link leads to',
    query: () => [DOWNLOAD],
    headers: contentHeaders,
    answers: bytes,
    errors: [...served, 'not_found', 'timeout', 'unprocessable', 'rate_limited'],
  },
  openapi: {
    summary: 'This document',
    headers: ['If-None-Match'],
    answers: () => ({ 200: json('OpenAPI 3.1.', { type: 'object' }, 'ETag', 'Cache-Control'), 304: NOT_MODIFIED }),
    errors: read,
  },
  reference: {
    summary: 'This document as a page to read',
    headers: ['If-None-Match'],
    answers: () => ({
      200: {
        description: 'HTML.',
        headers: answerHeaders('ETag', 'Cache-Control'),
        content: { 'text/html': { schema: { type: 'string' } } },
      },
      304: NOT_MODIFIED,
    }),
    errors: read,
  },
}

const NOT_MODIFIED: OpenApiResponse = {
  description: 'It is still what you have.',
  headers: answerHeaders('ETag', 'Cache-Control'),
}
const ELSEWHERE: OpenApiResponse = {
  description: 'The bytes are at `Location`, for a while; HEAD is answered here.',
  headers: answerHeaders('Location', 'Cache-Control'),
}
const DOWNLOAD: OpenApiParameter = {
  name: 'download',
  in: 'query',
  description: 'Saves the file, where a browser would show it.',
  schema: { type: 'string' },
}
const VERSION: OpenApiParameter = {
  name: 'v',
  in: 'query',
  description: 'Names exactly these bytes: 404 once they were replaced.',
  schema: { type: 'string' },
}
const FILENAME: OpenApiParameter = {
  name: 'filename',
  in: 'query',
  description: 'New name of the file.',
  schema: { type: 'string' },
}

function json(description: string, schema: JsonSchema, ...headers: readonly AnsweredHeader[]): OpenApiResponse {
  return {
    description,
    ...(headers.length > 0 && { headers: answerHeaders(...headers) }),
    content: { 'application/json': { schema } },
  }
}

function bytes({ prepared }: Described): Readonly<Record<number, OpenApiResponse>> {
  const { by } = prepared.profile.delivery ?? {}
  const content = { '*/*': { schema: BINARY } }
  const always = ['ETag', 'Cache-Control', 'Last-Modified', 'Content-Disposition', 'Repr-Digest', 'Accept-Ranges'] as const
  return {
    200: { description: 'All bytes.', headers: answerHeaders(...always), content },
    206: { description: 'The range that was asked for.', headers: answerHeaders('Content-Range', ...always), content },
    ...(typeof by === 'object' && by.redirectStatus !== null && { [by.redirectStatus]: ELSEWHERE }),
    304: NOT_MODIFIED,
  }
}
