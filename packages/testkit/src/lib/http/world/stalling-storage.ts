import type { GetOptions, ObjectContent, StorageAdapter } from '@stowage/core/contracts'

/** Reads of objects, as a test sees and stops them. */
export interface Reads {
  /** From here on, reads stand still behind so many bytes until they are aborted or given back. Null: they don't. */
  stallAfterBytes: number | null
  /** Reads that stand still now. */
  readonly stalled: number
}

/** A storage whose reads are streams, never local files, and can be made to stand still. */
export function stallingStorage(storage: StorageAdapter): { readonly storage: StorageAdapter; readonly reads: Reads } {
  const reads = { stallAfterBytes: null as number | null, stalled: 0 }
  const capabilities = { ...storage.capabilities, localFile: false }
  const get = async (key: string, options: GetOptions = {}): Promise<ObjectContent> => {
    const content = await storage.get(key, options)
    const after = reads.stallAfterBytes
    return after === null ? content : { ...content, body: stalling(content.body, { after, reads, signal: options.signal }) }
  }
  const changed = new Proxy(storage, {
    get(of, name) {
      if (name === 'localFile') return undefined
      if (name === 'capabilities') return capabilities
      if (name === 'get') return get
      const member: unknown = Reflect.get(of, name)
      return typeof member === 'function' ? member.bind(of) : member
    },
  })
  return { storage: changed, reads }
}

interface Stall {
  readonly after: number
  readonly reads: { stalled: number }
  readonly signal: AbortSignal | undefined
}

function stalling(body: AsyncIterable<Uint8Array>, { after, reads, signal }: Stall): AsyncIterable<Uint8Array> {
  const inner = body[Symbol.asyncIterator]()
  let passed = 0
  let leave: (() => void) | null = null
  const stand = () =>
    new Promise<IteratorResult<Uint8Array, undefined>>((resolve, reject) => {
      reads.stalled += 1
      const done = (settle: () => void) => () => {
        if (leave === null) return
        leave = null
        reads.stalled -= 1
        settle()
      }
      leave = done(() => resolve({ done: true, value: undefined }))
      // Who gets an error asks for nothing more: the read behind it is ended here.
      const abort = done(() => {
        const refuse = () => reject(signal?.reason)
        Promise.resolve(inner.return?.()).then(refuse, refuse)
      })
      if (signal?.aborted === true) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (passed >= after) return stand()
        const { done, value } = await inner.next()
        if (done) return { done, value: undefined }
        const chunk = value.subarray(0, after - passed)
        passed += chunk.length
        return { done: false, value: chunk }
      },
      async return() {
        leave?.()
        await inner.return?.()
        return { done: true, value: undefined }
      },
    }),
  }
}
