import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalStorageAdapter } from '@flystorage/local-fs'
import { fs } from 'files-sdk/fs'
import fsDriver from 'unstorage/drivers/fs'
import { fromFilesSdk } from '../src/files-sdk.ts'
import { fromFlystorage } from '../src/flystorage.ts'
import type { BridgedStorage, BridgeOptions } from '../src/index.ts'
import { fromUnstorage } from '../src/unstorage.ts'

export type Change = <T extends object>(source: T) => T

/** One of each kind, over a folder. `change` stands between the bridge and its source. */
export const sources: Readonly<Record<string, (folder: string, options?: BridgeOptions, change?: Change) => BridgedStorage>> = {
  'an unstorage driver (fs)': (folder, options, change = same) => fromUnstorage(change(fsDriver({ base: folder })), options),
  'a Flystorage adapter (local-fs)': (folder, options, change = same) =>
    fromFlystorage(change(new LocalStorageAdapter(folder)), options),
  'a files-sdk adapter (fs)': (folder, options, change = same) => fromFilesSdk(change(fs({ root: folder })), options),
}
const same: Change = source => source

/** Every call of the source is answered by `answer` instead. */
export const answering =
  (answer: () => Promise<never>): Change =>
  source =>
    new Proxy(source, {
      get: (target, name) => (typeof Reflect.get(target, name) === 'function' ? answer : Reflect.get(target, name)),
    })

export interface TemporaryFolder {
  readonly folder: string
  /** Files that a bridge wrote, by their paths; without the sidecars of files-sdk. */
  files(): Promise<string[]>
  remove(): Promise<void>
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-bridges-'))
  return {
    folder,
    async files() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries.filter(entry => entry.isFile() && !entry.name.endsWith('.meta.json'))
      return files.map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
