import type { AuditReport } from '../fuzz/server/messages.ts'

/** What a measured server is told at its start. */
export interface ServerOptions {
  readonly folder: string
  /** How long a client may stand still. Default: that of `prepareServer`. */
  readonly idleTimeoutMs?: number
  /** A fault to prove a test by: bodies are collected before they are stored, or each request opens a file for ever. */
  readonly flaw?: 'collects' | 'leaves files open'
}

export type Order = { readonly do: 'state' } | { readonly do: 'audit' } | { readonly do: 'stop' }

/** What is in use after a collection, in bytes. */
export interface MemoryState {
  readonly rss: number
  readonly heapUsed: number
  readonly heapTotal: number
  readonly external: number
  readonly arrayBuffers: number
}

export type Report =
  | { readonly said: 'listening'; readonly port: number }
  | { readonly said: 'fault'; readonly what: string }
  | { readonly said: 'state'; readonly order: number; readonly memory: MemoryState }
  | { readonly said: 'audited'; readonly order: number; readonly report: AuditReport }

export const TOKEN = 'alices-token'
export const BASE_PATH = '/assets'
