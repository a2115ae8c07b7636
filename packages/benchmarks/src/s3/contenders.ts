import type { Choosable } from '../harness/server-options.ts'
import type { Served } from '../harness/server-process.ts'

export interface Contender extends Choosable {
  /** How it is asked: to store the only file of a form, to store bytes of its own, or for a file. */
  readonly protocol: 'form' | 'told' | 'get'
  /** Where it is asked; before the filename for `get`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the answer tells the digest. */
  readonly digests: boolean
  /** @returns a server that uses the bucket that `folder` names */
  readonly serve: (folder: string) => Promise<Served>
}

const base = { digests: false, extra: false } as const
const form = { ...base, protocol: 'form', path: '/' } as const
const told = { ...base, protocol: 'told', path: '/' } as const
const alice = { Authorization: 'Bearer alice-token' }

/** Servers that keep files in a bucket. */
export const contenders = {
  stowage: {
    ...form,
    path: '/api/pages/123/assets',
    headers: alice,
    digests: true,
    serve: async f => (await import('./serve-stowage.ts')).serve(f),
  },
  'busboy → lib-storage': { ...form, serve: async f => (await import('./serve-busboy.ts')).serveStreams(f, { sha256: false }) },
  'busboy → lib-storage, SHA-256': {
    ...form,
    digests: true,
    serve: async f => (await import('./serve-busboy.ts')).serveStreams(f, { sha256: true }),
  },
  'lib-storage, no HTTP': { ...told, serve: async f => (await import('./serve-bare.ts')).serveStreams(f) },
  'busboy → PutObject': { ...form, serve: async f => (await import('./serve-busboy.ts')).serveWhole(f) },
  'PutObject, no HTTP': { ...told, serve: async f => (await import('./serve-bare.ts')).serveWhole(f) },
  'stowage, downloads': {
    ...base,
    protocol: 'get',
    path: '/pages/123/assets',
    serve: async f => (await import('./serve-stowage.ts')).serve(f),
  },
  'GetObject → response': {
    ...base,
    protocol: 'get',
    path: '',
    serve: async f => (await import('./serve-get-object.ts')).serve(f),
  },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders
