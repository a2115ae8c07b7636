import type { Operation } from '../../profile/operation.ts'
import { assetSchema, bulkSchema, generatedSchema, pageSchema, stagedSchema } from '../answer-shapes.ts'
import { listParameters } from '../list-parameters.ts'
import type { OpenApiParameter } from '../open-api-document.ts'
import { rawParameters } from '../raw-parameters.ts'
import { bulkBody, generateBody, patchBody, replaceBody, stageBody, uploadBody } from '../request-bodies.ts'
import type { Description } from './description.ts'
import { conditions, createErrors, json, NOT_MODIFIED, readErrors, storeErrors } from './parts.ts'

const FILENAME: OpenApiParameter = {
  name: 'filename',
  in: 'query',
  description: 'New name of the file.',
  schema: { type: 'string' },
}

export const assetOperations = {
  upload: {
    summary: 'Upload a file',
    query: rawParameters,
    makes: true,
    headers: ['Content-Disposition', 'Repr-Digest'],
    body: uploadBody,
    answers: api => ({ 201: json('The new asset.', assetSchema(api), 'Location', 'ETag') }),
    errors: [...createErrors, 'bad_gateway', 'unsupported'],
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
    errors: [...readErrors, 'invalid_request'],
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
  replace: {
    summary: 'Replace the bytes of an asset',
    query: () => [FILENAME],
    headers: ['Content-Disposition', 'Repr-Digest'],
    writes: true,
    body: replaceBody,
    answers: api => ({ 200: json('The asset as it is now.', assetSchema(api), 'ETag') }),
    errors: [...storeErrors, 'quota_exceeded'],
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
    errors: [...createErrors, 'bad_gateway', 'rate_limited', 'unsupported'],
  },
  stage: {
    summary: 'Keep a file that an asset will be made of',
    details: 'Of use to you alone, once, in the member of an upload as JSON that names it.',
    query: () => [FILENAME],
    headers: ['Content-Disposition', 'Repr-Digest'],
    body: stageBody,
    answers: api => ({ 201: json('The file, and its id.', stagedSchema(api), 'Cache-Control') }),
    errors: [...createErrors],
  },
} satisfies Partial<Record<Operation, Description>>
