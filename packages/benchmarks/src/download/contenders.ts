import { nginxVersion, startNginx } from '../harness/nginx.ts'
import type { Choosable } from '../harness/server-options.ts'
import type { Served, ServedElsewhere } from '../harness/server-process.ts'

export interface Contender extends Choosable {
  /** Path before the filename. */
  readonly path: string
  /** Whether it answers a condition with 304. */
  readonly revalidates: boolean
  /** Whether it sends a part of a file. */
  readonly ranges: boolean
  /** @returns a server of the files in `folder/objects` */
  readonly serve: (folder: string) => Promise<Served | ServedElsewhere>
}

const usual = { path: '', revalidates: true, ranges: true, extra: false } as const
const other = { ...usual, extra: true } as const
const nginx = { ...other, installed: nginxVersion() !== null } as const
/** Storage libraries: whoever uses them writes the HTTP. */
const bare = { ...other, revalidates: false, ranges: false } as const

/** Servers of files. */
export const contenders = {
  stowage: { ...usual, path: '/pages/123/assets', serve: async f => (await import('./serve-stowage.ts')).serve(f) },
  'stowage → nginx': {
    ...nginx,
    path: '/pages/123/assets',
    serve: async f => (await import('./serve-by-nginx.ts')).serve(f),
  },
  'stowage counting': { ...other, path: '/pages/123/assets', serve: async f => (await import('./serve-counting.ts')).serve(f) },
  send: { ...usual, serve: async f => (await import('./serve-send.ts')).serve(f) },
  sirv: { ...usual, serve: async f => (await import('./serve-sirv.ts')).serve(f) },
  'express sendFile': { ...usual, serve: async f => (await import('./serve-send-file.ts')).serve(f) },
  createReadStream: { ...usual, revalidates: false, serve: async f => (await import('./serve-read-stream.ts')).serve(f) },
  'nginx, sendfile': { ...nginx, serve: f => startNginx(f, 'sendfile on; tcp_nopush on;') },
  'nginx, no sendfile': { ...nginx, serve: f => startNginx(f, 'sendfile off;') },
  // It has no ETags, and no regard for conditions on time.
  'Hono serveStatic': { ...other, revalidates: false, serve: async f => (await import('./serve-hono.ts')).serve(f) },
  '@fastify/static': { ...other, serve: async f => (await import('./serve-fastify.ts')).serve(f) },
  Flystorage: { ...bare, serve: async f => (await import('./serve-flystorage.ts')).serve(f) },
  flydrive: { ...bare, serve: async f => (await import('./serve-flydrive.ts')).serve(f) },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders
