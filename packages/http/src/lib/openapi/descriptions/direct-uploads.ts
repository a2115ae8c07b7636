import type { Operation } from '../../profile/operation.ts'
import { assetSchema, directUploadSchema, signedPartsSchema } from '../answer-shapes.ts'
import { beginUploadBody, completeUploadBody, presignPartsBody } from '../request-bodies.ts'
import type { Description } from './description.ts'
import { json, storeErrors } from './parts.ts'

export const directUploadOperations = {
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
    errors: storeErrors,
  },
  abortUpload: {
    summary: 'Give an upload up',
    answers: () => ({ 204: { description: 'It has ended, and what had arrived is removed.' } }),
    errors: ['conflict'],
  },
} satisfies Partial<Record<Operation, Description>>
