import type { Served } from '../harness/server-process.ts'

export interface Contender {
  /** Path before the filename. */
  readonly path: string
  /** Whether it answers a condition with 304. */
  readonly revalidates: boolean
  /** @returns a server of the files in `folder/objects` */
  readonly load: () => Promise<{ serve(folder: string): Promise<Served> }>
}

/** Servers of files, with ETags and ranges. */
export const contenders = {
  stowage: { path: '/pages/123/assets', revalidates: true, load: () => import('./serve-stowage.ts') },
  send: { path: '', revalidates: true, load: () => import('./serve-send.ts') },
  sirv: { path: '', revalidates: true, load: () => import('./serve-sirv.ts') },
  'express sendFile': { path: '', revalidates: true, load: () => import('./serve-send-file.ts') },
  createReadStream: { path: '', revalidates: false, load: () => import('./serve-read-stream.ts') },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders
