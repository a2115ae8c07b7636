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
  | 'generate'
  | 'link'
  | 'linkContent'

interface OperationShape {
  /** House path: `METHOD path`, relative to the base path. */
  readonly path: string
  readonly methods: readonly string[]
  /** What it asks of the policy; null where a token is the permission. */
  readonly asks: Action | null
  /** Whether that is asked before a body is read; the service asks in any case. */
  readonly early: boolean
  /** Names the asset by one of these path parameters, if by any. */
  readonly names: readonly string[]
  /** Path parameters that it can't do without. */
  readonly needs?: readonly string[]
}

export const operations: Readonly<Record<Operation, OperationShape>> = {
  upload: { path: 'POST', methods: ['POST', 'PUT'], asks: 'create', early: true, names: [] },
  list: { path: 'GET', methods: ['GET'], asks: 'list', early: false, names: [] },
  get: { path: 'GET :id', methods: ['GET'], asks: 'read', early: false, names: ['id', 'filename'] },
  update: { path: 'PATCH :id', methods: ['PATCH', 'POST', 'PUT'], asks: 'update', early: true, names: ['id'] },
  delete: { path: 'DELETE :id', methods: ['DELETE', 'POST'], asks: 'delete', early: false, names: ['id'] },
  content: { path: 'GET :id/content', methods: ['GET'], asks: 'read', early: false, names: ['id', 'filename'] },
  derivative: {
    path: 'GET :id/derivatives/:name',
    methods: ['GET'],
    asks: 'read',
    early: false,
    names: ['id', 'filename'],
    needs: ['name'],
  },
  replace: { path: 'PUT :id/content', methods: ['PUT', 'POST'], asks: 'update', early: true, names: ['id'] },
  generate: { path: 'POST generate', methods: ['POST'], asks: 'create', early: true, names: [] },
  link: { path: 'POST :id/link', methods: ['POST', 'GET'], asks: 'read', early: true, names: ['id'] },
  linkContent: { path: 'GET links/:token', methods: ['GET'], asks: null, early: false, names: ['token'] },
}

export const operationNames = Object.keys(operations) as Operation[]
