import { nginxVersion } from '../harness/nginx.ts'
import type { Choosable } from '../harness/server-options.ts'
import type { Served, ServedElsewhere } from '../harness/server-process.ts'

export interface Contender extends Choosable {
  /** How a file is sent: as the only one of a form, bare to a path of its own, or by a tus creation and one PATCH. */
  readonly protocol: 'form' | 'put' | 'tus'
  /** Where it is sent; before the filename for `put`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the answer tells the digest. */
  readonly digests: boolean
  /** @returns a server that keeps each file in `folder/objects` */
  readonly serve: (folder: string) => Promise<Served | ServedElsewhere>
}

const form = { protocol: 'form', path: '/', digests: true, extra: false } as const
const plain = { ...form, digests: false, extra: true } as const
const put = { protocol: 'put', path: '/', digests: false, extra: false } as const
const headers = { Authorization: 'Bearer alice-token' }

/** Servers that take one file per request. */
export const contenders = {
  stowage: { ...form, path: '/api/pages/123/assets', headers, serve: async f => (await import('./serve-stowage.ts')).serve(f) },
  prototype: { ...form, serve: async f => (await import('./serve-prototype.ts')).serve(f) },
  busboy: { ...form, serve: async f => (await import('./serve-busboy.ts')).serve(f, { sha256: true }) },
  multer: { ...form, serve: async f => (await import('./serve-multer.ts')).serve(f, { sha256: true }) },
  formidable: { ...form, serve: async f => (await import('./serve-formidable.ts')).serve(f, { sha256: true }) },
  'node:http PUT': { ...put, serve: async f => (await import('./serve-put.ts')).serve(f) },
  'nginx PUT': {
    ...put,
    extra: true,
    installed: nginxVersion('dav') !== null,
    serve: async f => (await import('./serve-nginx.ts')).serve(f),
  },
  'prototype, no SHA-256': { ...plain, serve: async f => (await import('./serve-prototype.ts')).serve(f, { sha256: false }) },
  'busboy, no SHA-256': { ...plain, serve: async f => (await import('./serve-busboy.ts')).serve(f, { sha256: false }) },
  '@fastify/busboy, no SHA-256': { ...plain, serve: async f => (await import('./serve-fastify-busboy.ts')).serve(f) },
  'multer, no SHA-256': { ...plain, serve: async f => (await import('./serve-multer.ts')).serve(f, { sha256: false }) },
  'formidable, no SHA-256': { ...plain, serve: async f => (await import('./serve-formidable.ts')).serve(f, { sha256: false }) },
  '@remix-run/multipart-parser': { ...plain, serve: async f => (await import('./serve-remix.ts')).serve(f) },
  'Hono parseBody': { ...plain, serve: async f => (await import('./serve-hono.ts')).serve(f) },
  '@tus/server': {
    protocol: 'tus',
    path: '/files',
    digests: false,
    extra: true,
    serve: async f => (await import('./serve-tus.ts')).serve(f),
  },
  'busboy → Flystorage': { ...plain, serve: async f => (await import('./serve-flystorage.ts')).serve(f) },
  'busboy → flydrive': { ...plain, serve: async f => (await import('./serve-flydrive.ts')).serve(f) },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders
