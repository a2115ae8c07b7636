import type { Shelf } from './shelf.ts'

interface Signalled {
  readonly signal?: AbortSignal
}

/** What is used of a files-sdk adapter. A `Files` has the same methods. */
export interface FilesSdkAdapter {
  readonly name?: string
  upload(key: string, body: Uint8Array, options: { readonly contentType: string }): Promise<unknown>
  download(key: string, options: Signalled): Promise<{ arrayBuffer(): Promise<ArrayBuffer> }>
  exists(key: string, options: Signalled): Promise<boolean>
  delete(key: string, options: Signalled): Promise<void>
  list(options: { readonly prefix: string; readonly cursor?: string } & Signalled): Promise<{
    readonly items: readonly { readonly key: string }[]
    readonly cursor?: string
  }>
}

export function filesSdkShelf(adapter: FilesSdkAdapter): Shelf {
  return {
    title: `the files-sdk adapter ${adapter.name ?? 'in use'}`,
    async write(name, bytes) {
      await adapter.upload(name, bytes, { contentType: 'application/octet-stream' })
    },
    async read(name, signal) {
      try {
        const file = await adapter.download(name, signalled(signal))
        return new Uint8Array(await file.arrayBuffer())
      } catch (error) {
        if (isNotFound(error)) return null
        throw error
      }
    },
    has: (name, signal) => adapter.exists(name, signalled(signal)),
    async remove(name, signal) {
      try {
        await adapter.delete(name, signalled(signal))
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    },
    async *names(folder, signal) {
      let cursor: string | undefined
      do {
        const page = await adapter.list({ prefix: `${folder}/`, ...(cursor !== undefined && { cursor }), ...signalled(signal) })
        for (const { key } of page.items) yield key
        cursor = page.cursor
      } while (cursor !== undefined)
    },
  }
}

const signalled = (signal: AbortSignal | undefined): Signalled => (signal ? { signal } : {})

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'NotFound'
}
