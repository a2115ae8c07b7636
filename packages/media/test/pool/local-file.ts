import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import type { LocalFile, StoredFile } from '@stowage/core/contracts'
import { onTestFinished } from 'vitest'
import { fileOf } from './file-of.ts'

export interface StoredLocally {
  readonly file: StoredFile
  /** Of the object. */
  readonly path: string
  /** How often bytes were asked of the storage, and not read from the file. */
  opens(): number
  /** Open descriptors of the object's file in a process. */
  heldBy(pid: number): number
}

export interface StoredLocallyOptions {
  readonly signal?: AbortSignal
  /** What becomes of the opened file before the pool has it. */
  readonly lent?: (file: LocalFile) => Promise<LocalFile | null> | LocalFile | null
}

/** Bytes in a folder of this test's, by the adapter for file systems. */
export async function storedLocally(bytes: Uint8Array, options: StoredLocallyOptions = {}): Promise<StoredLocally> {
  const root = mkdtempSync(join(tmpdir(), 'stowage-lent-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const storage = fsStorage({ root, create: true })
  await storage.open?.()
  await storage.put('object', bytes)
  let opens = 0
  const file: StoredFile = {
    ...fileOf(bytes, options),
    async open(range) {
      opens++
      return (await storage.get('object', range ? { range } : {})).body
    },
    async localFile() {
      const opened = (await storage.localFile?.('object')) ?? null
      return opened && options.lent ? options.lent(opened) : opened
    },
  }
  const path = join(root, 'object')
  return { file, path, opens: () => opens, heldBy: pid => descriptors(pid).filter(link => link.startsWith(path)).length }
}

function descriptors(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap(name => {
    try {
      return [readlinkSync(join(folder, name))]
    } catch {
      // Closed since the folder was read.
      return []
    }
  })
}
