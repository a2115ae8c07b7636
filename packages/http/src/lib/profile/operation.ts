import type { Action } from '@stowage/core/contracts'

/** What an asset API can do over HTTP. */
export type Operation =
  | 'upload'
  | 'list'
  | 'get'
  | 'update'
  | 'delete'
  | 'content'
  | 'derivative'
  | 'replace'
  | 'bulkDelete'
  | 'bulkTag'
  | 'generate'
  | 'stage'
  | 'beginUpload'
  | 'readUpload'
  | 'presignParts'
  | 'completeUpload'
  | 'abortUpload'
  | 'createResumable'
  | 'resumableOffset'
  | 'appendResumable'
  | 'abortResumable'
  | 'readResumable'
  | 'link'
  | 'linkContent'
  | 'openapi'
  | 'reference'

/** Operations that ask nobody who they are. */
export type OpenOperation = 'linkContent' | 'openapi' | 'reference'

interface OperationShape {
  /** House path: `METHOD path`, relative to the base path. */
  readonly path: string
  readonly methods: readonly string[]
  /** What it asks of the policy; null where nobody is asked for: a token is the permission, or everyone may know. */
  readonly asks: Action | null
  /** Whether that is asked before a body is read; the service asks in any case. */
  readonly early: boolean
  /** Names the asset by one of these path parameters, if by any. */
  readonly names: readonly string[]
  /** What it does to each of many assets. */
  readonly eachIs?: Operation
  /** Path parameters that it can't do without. */
  readonly needs?: readonly string[]
}

export const operations: Readonly<Record<Operation, OperationShape>> = {
  upload: { path: 'POST', methods: ['POST', 'PUT'], asks: 'create', early: true, names: [] },
  list: { path: 'GET', methods: ['GET'], asks: 'list', early: false, names: [] },
  get: { path: 'GET :id', methods: ['GET'], asks: 'read', early: false, names: ['id', 'filename', 'slug'] },
  update: { path: 'PATCH :id', methods: ['PATCH', 'POST', 'PUT'], asks: 'update', early: true, names: ['id'] },
  delete: { path: 'DELETE :id', methods: ['DELETE', 'POST'], asks: 'delete', early: false, names: ['id'] },
  content: { path: 'GET :id/content', methods: ['GET'], asks: 'read', early: false, names: ['id', 'filename', 'slug'] },
  derivative: {
    path: 'GET :id/derivatives/:name',
    methods: ['GET'],
    asks: 'read',
    early: false,
    names: ['id', 'filename', 'slug'],
    needs: ['name'],
  },
  replace: { path: 'PUT :id/content', methods: ['PUT', 'POST'], asks: 'update', early: true, names: ['id'] },
  bulkDelete: { path: 'POST bulk/delete', methods: ['POST'], asks: 'delete', early: true, names: [], eachIs: 'delete' },
  bulkTag: { path: 'POST bulk/tag', methods: ['POST'], asks: 'update', early: true, names: [], eachIs: 'update' },
  generate: { path: 'POST generate', methods: ['POST'], asks: 'create', early: true, names: [] },
  stage: { path: 'POST staged', methods: ['POST', 'PUT'], asks: 'create', early: true, names: [] },
  beginUpload: { path: 'POST uploads', methods: ['POST'], asks: 'create', early: true, names: [] },
  readUpload: { path: 'GET uploads/:uploadId', methods: ['GET'], asks: 'create', early: false, names: [], needs: ['uploadId'] },
  presignParts: {
    path: 'POST uploads/:uploadId/parts',
    methods: ['POST'],
    asks: 'create',
    early: true,
    names: [],
    needs: ['uploadId'],
  },
  completeUpload: {
    path: 'POST uploads/:uploadId/complete',
    methods: ['POST'],
    asks: 'create',
    early: true,
    names: [],
    needs: ['uploadId'],
  },
  abortUpload: {
    path: 'DELETE uploads/:uploadId',
    methods: ['DELETE', 'POST'],
    asks: 'create',
    early: false,
    names: [],
    needs: ['uploadId'],
  },
  createResumable: { path: 'POST uploads/resumable', methods: ['POST'], asks: 'create', early: true, names: [] },
  resumableOffset: {
    path: 'HEAD uploads/resumable/:uploadId',
    methods: ['HEAD'],
    asks: 'create',
    early: false,
    names: [],
    needs: ['uploadId'],
  },
  appendResumable: {
    path: 'PATCH uploads/resumable/:uploadId',
    methods: ['PATCH'],
    asks: 'create',
    early: true,
    names: [],
    needs: ['uploadId'],
  },
  abortResumable: {
    path: 'DELETE uploads/resumable/:uploadId',
    methods: ['DELETE'],
    asks: 'create',
    early: false,
    names: [],
    needs: ['uploadId'],
  },
  readResumable: {
    path: 'GET uploads/resumable/:uploadId',
    methods: ['GET'],
    asks: 'create',
    early: false,
    names: [],
    needs: ['uploadId'],
  },
  link: { path: 'POST :id/link', methods: ['POST', 'GET'], asks: 'read', early: true, names: ['id'] },
  linkContent: { path: 'GET links/:token', methods: ['GET'], asks: null, early: false, names: ['token'] },
  openapi: { path: 'GET openapi.json', methods: ['GET'], asks: null, early: false, names: [] },
  reference: { path: 'GET reference', methods: ['GET'], asks: null, early: false, names: [] },
}

/** What goes straight to the storage. */
export const directOperations: ReadonlySet<Operation> = new Set([
  'beginUpload',
  'readUpload',
  'presignParts',
  'completeUpload',
  'abortUpload',
])

/** What comes in several requests, by the tus protocol. */
export const resumableOperations: ReadonlySet<Operation> = new Set([
  'createResumable',
  'resumableOffset',
  'appendResumable',
  'abortResumable',
  'readResumable',
])

export const operationNames = Object.keys(operations) as Operation[]
