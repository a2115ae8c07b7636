import type { Operation } from '../profile/operation.ts'
import { bulkDelete, bulkTag } from './bulk.ts'
import { content, derivative, linkContent } from './content.ts'
import { abortUpload, beginUpload, completeUpload, presignParts, readUpload } from './direct-upload.ts'
import type { Handler } from './exchange.ts'
import { generate } from './generate.ts'
import { link } from './link.ts'
import { list } from './list.ts'
import { openapi, reference } from './openapi.ts'
import { get, remove, update } from './record.ts'
import { replace } from './replace.ts'
import { abortResumable, appendResumable, createResumable, readResumable, resumableOffset } from './resumable.ts'
import { stage } from './stage.ts'
import { upload } from './upload.ts'

export const handlers: Readonly<Record<Operation, Handler>> = {
  upload,
  list,
  get,
  update,
  delete: remove,
  content,
  derivative,
  replace,
  bulkDelete,
  bulkTag,
  generate,
  stage,
  beginUpload,
  readUpload,
  presignParts,
  completeUpload,
  abortUpload,
  createResumable,
  resumableOffset,
  appendResumable,
  abortResumable,
  readResumable,
  link,
  linkContent,
  openapi,
  reference,
}
