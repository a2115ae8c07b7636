import type { Action } from '@stowage/core/contracts'

/** What an asset API can do over HTTP. */
export type Operation =
  | 'upload'
  | 'list'
  | 'get'
  | 'update'
  | 'delete'
  | 'content'
  | 'replace'
  | 'generate'
  | 'link'
  | 'linkContent'

interface OperationShape {
  /** House path: `METHOD path`, relative to the base path. */
  readonly path: string
  readonly methods: readonly string[]
  /** What is asked of the policy before a body is read; null where the service asks by itself. */
  readonly before: Action | null
  /** Names the asset by one of these path parameters, if by any. */
  readonly names: readonly string[]
}

export const operations: Readonly<Record<Operation, OperationShape>> = {
  upload: { path: 'POST', methods: ['POST', 'PUT'], before: 'create', names: [] },
  list: { path: 'GET', methods: ['GET'], before: null, names: [] },
  get: { path: 'GET :id', methods: ['GET'], before: null, names: ['id', 'filename'] },
  update: { path: 'PATCH :id', methods: ['PATCH', 'POST', 'PUT'], before: 'update', names: ['id'] },
  delete: { path: 'DELETE :id', methods: ['DELETE', 'POST'], before: null, names: ['id'] },
  content: { path: 'GET :id/content', methods: ['GET'], before: null, names: ['id', 'filename'] },
  replace: { path: 'PUT :id/content', methods: ['PUT', 'POST'], before: 'update', names: ['id'] },
  generate: { path: 'POST generate', methods: ['POST'], before: 'create', names: [] },
  link: { path: 'POST :id/link', methods: ['POST', 'GET'], before: 'read', names: ['id'] },
  linkContent: { path: 'GET links/:token', methods: ['GET'], before: null, names: ['token'] },
}

export const operationNames = Object.keys(operations) as Operation[]
