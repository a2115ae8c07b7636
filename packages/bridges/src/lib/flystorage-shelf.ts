import { Readable } from 'node:stream'
import type { Shelf } from './shelf.ts'

/** What is used of a Flystorage adapter. A `FileStorage` has the same methods. */
export interface FlystorageSource {
  write(path: string, contents: Readable, options: { readonly size: number; readonly mimeType: string }): Promise<void>
  read(path: string, options: Record<string, never>): Promise<unknown>
  deleteFile(path: string, options: Record<string, never>): Promise<void>
  fileExists(path: string, options: Record<string, never>): Promise<boolean>
  directoryExists(path: string, options: Record<string, never>): Promise<boolean>
  list(path: string, options: { readonly deep: boolean }): AsyncIterable<{ readonly path: string; readonly isFile: boolean }>
}

const title = 'Flystorage'

export function flystorageShelf(source: FlystorageSource): Shelf {
  return {
    title,
    // The type is said, so that nobody reads the bytes to guess it.
    write: (name, bytes) =>
      source.write(name, Readable.from([bytes]), { size: bytes.byteLength, mimeType: 'application/octet-stream' }),
    async read(name) {
      try {
        return await collect(await source.read(name, {}))
      } catch (error) {
        // Adapters do not agree on what a missing file throws.
        if (!saysNotFound(error) && (await source.fileExists(name, {}))) throw error
        return null
      }
    },
    has: name => source.fileExists(name, {}),
    async remove(name) {
      try {
        await source.deleteFile(name, {})
      } catch (error) {
        if (await source.fileExists(name, {})) throw error
      }
    },
    async *names(folder) {
      if (!(await source.directoryExists(folder, {}))) return
      for await (const { isFile, path } of source.list(folder, { deep: true })) if (isFile) yield path
    },
  }
}

function saysNotFound(error: unknown): boolean {
  const says = error as { readonly code?: unknown; readonly wasFileNotFound?: unknown } | null
  return says?.code === 'flystorage.file_was_not_found' || says?.wasFileNotFound === true
}

async function collect(contents: unknown): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of contents as AsyncIterable<unknown> | Iterable<unknown>)
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array))
  const [only] = chunks
  return chunks.length === 1 && only ? only : Buffer.concat(chunks)
}
