import type { Choosable } from '../harness/server-options.ts'
import type { Served } from '../harness/server-process.ts'
import { assetOf, idOf } from '../metadata/records.ts'

export interface Contender extends Choosable {
  /** Path of a record. */
  readonly pathOf: (number: number) => string
  readonly headers: readonly string[]
  /** Makes the database in a folder. */
  readonly prepare: (folder: string, records: number) => Promise<void>
  readonly serve: (folder: string) => Promise<Served>
}

const stowage = {
  pathOf: (number: number) => `/api/spaces/${assetOf(number).space}/assets/${idOf(number)}`,
  headers: ['Authorization: Bearer alice-token'],
  prepare: async (folder: string, records: number) => (await import('./stowage.ts')).prepare(folder, records),
  extra: false,
}
const bare = {
  pathOf: (number: number) => `/api/assets/${idOf(number)}`,
  headers: [],
  prepare: async (folder: string, records: number) => (await import('./bare.ts')).prepare(folder, records),
  extra: false,
}
const servers = () => import('./bare-servers.ts')

/** Servers of single records from SQLite. Stowage asks who is there and what they may; the others do not. */
export const contenders = {
  'Stowage on Express': { ...stowage, serve: async f => (await import('./stowage.ts')).serveOnExpress(f) },
  'Stowage on Hono': { ...stowage, serve: async f => (await import('./stowage.ts')).serveOnHono(f) },
  'Stowage on node:http': { ...stowage, serve: async f => (await import('./stowage.ts')).serveOnNode(f) },
  Express: { ...bare, serve: async f => (await servers()).serveExpress(f) },
  Hono: { ...bare, serve: async f => (await servers()).serveHono(f) },
  Fastify: { ...bare, serve: async f => (await servers()).serveFastify(f) },
  Koa: { ...bare, serve: async f => (await servers()).serveKoa(f) },
  'node:http': { ...bare, serve: async f => (await servers()).serveNode(f) },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders

/** A binding beside its framework alone, and how many times as fast it should be by the project's targets. Each new binding has one. */
export const comparisons: readonly (readonly [own: ContenderName, peer: ContenderName, target: number | null])[] = [
  ['Stowage on Express', 'Express', 1.2],
  ['Stowage on Hono', 'Hono', 0.5],
  ['Stowage on node:http', 'node:http', null],
]
