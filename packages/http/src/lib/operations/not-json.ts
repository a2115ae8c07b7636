import type { Operation } from '../profile/operation.ts'

/** Operations that answer with something else than JSON, or with nothing. */
export const NOT_JSON: ReadonlySet<Operation> = new Set([
  'content',
  'derivative',
  'linkContent',
  'delete',
  'abortUpload',
  'createResumable',
  'resumableOffset',
  'appendResumable',
  'abortResumable',
  'reference',
])
