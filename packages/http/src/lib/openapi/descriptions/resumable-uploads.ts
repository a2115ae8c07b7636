import type { Operation } from '../../profile/operation.ts'
import { errorContent, resumableSchema } from '../answer-shapes.ts'
import type { Described } from '../described.ts'
import { answerHeaders } from '../headers.ts'
import type { OpenApiResponse } from '../open-api-document.ts'
import { chunkBody } from '../request-bodies.ts'
import type { Description } from './description.ts'
import { createErrors, json } from './parts.ts'

const progress = ['Tus-Resumable', 'Upload-Offset', 'Upload-Expires', 'Stowage-Upload-State', 'Stowage-Asset'] as const

const checksumFailed = (api: Described): OpenApiResponse => ({
  description: 'The bytes do not have the checksum that came with them: none of them is kept.',
  content: errorContent(api),
})

export const resumableUploadOperations = {
  createResumable: {
    summary: 'Begin an upload that can go on after a break',
    details:
      'By the tus protocol, version 1.0.0 (tus.io). Bytes may come along, and go on at `Location`. It is of use to you alone.',
    headers: ['Tus-Resumable', 'Upload-Length', 'Upload-Defer-Length', 'Upload-Metadata', 'Upload-Checksum'],
    body: () => chunkBody(false),
    answers: api => ({
      201: { description: 'Where the bytes go.', headers: answerHeaders('Location', ...progress) },
      460: checksumFailed(api),
    }),
    errors: [...createErrors, 'precondition_failed', 'unsupported'],
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
    answers: api => ({
      204: { description: 'How far it is by now.', headers: answerHeaders('Content-Location', ...progress) },
      460: checksumFailed(api),
    }),
    errors: [...createErrors, 'precondition_failed'],
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
} satisfies Partial<Record<Operation, Description>>
