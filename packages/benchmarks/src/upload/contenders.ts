import type { Served } from '../harness/server-process.ts'

export interface Contender {
  /** Where a form is posted; null where the bare bytes are put to a path of their own. */
  readonly form: { readonly path: string; readonly headers?: Readonly<Record<string, string>> } | null
  /** Whether the answer tells the digest. */
  readonly digests: boolean
  /** @returns a server that keeps each file in `folder/objects` */
  readonly load: () => Promise<{ serve(folder: string): Promise<Served> }>
}

const form = { path: '/' }
const stowageForm = { path: '/api/pages/123/assets', headers: { Authorization: 'Bearer alice-token' } }

/** Servers that take one file per request. */
export const contenders = {
  stowage: { form: stowageForm, digests: true, load: () => import('./serve-stowage.ts') },
  prototype: { form, digests: true, load: () => import('./serve-prototype.ts') },
  busboy: { form, digests: true, load: () => import('./serve-busboy.ts') },
  multer: { form, digests: true, load: () => import('./serve-multer.ts') },
  formidable: { form, digests: true, load: () => import('./serve-formidable.ts') },
  'node:http PUT': { form: null, digests: false, load: () => import('./serve-put.ts') },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders
