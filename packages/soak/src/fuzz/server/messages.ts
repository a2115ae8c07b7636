/** What the fuzzed server tells. */
export type FromServer =
  /** It listens: by Express, and by node:http alone. */
  | { readonly type: 'listening'; readonly ports: readonly [express: number, node: number] }
  /** Something that must never happen. */
  | { readonly type: 'fault'; readonly what: string; readonly details: string }
  | { readonly type: 'state'; readonly rssBytes: number; readonly heapBytes: number }
  | { readonly type: 'audited'; readonly report: AuditReport }
  | { readonly type: 'forwarded' }

export type ToServer =
  | { readonly type: 'state' }
  | { readonly type: 'audit' }
  /** Lets so much time pass, by the server's clock. */
  | { readonly type: 'forward'; readonly ms: number }
  | { readonly type: 'stop' }

export interface AuditReport {
  /** What database, storage and folders disagree on; empty when all is well. */
  readonly wrong: readonly string[]
  readonly rows: number
  readonly objects: number
}
