import type { Operation } from '../profile/operation.ts'
import { content, derivative, linkContent } from './content.ts'
import type { Handler } from './exchange.ts'
import { generate } from './generate.ts'
import { link } from './link.ts'
import { list } from './list.ts'
import { get, remove, update } from './record.ts'
import { replace } from './replace.ts'
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
  generate,
  link,
  linkContent,
}
