import type { StoredFile } from '@stowage/core/contracts'
import type { ParserPool, Task, TaskFile } from '../src/lib/pool/task.ts'
export function inProcessPool(): ParserPool {
  return {
    async run(name, file, options) {
      const task = (await import(`../src/lib/tasks/${name}.ts`)) as { default: Task<object, never> }
      return task.default(taskFile(file), structuredClone(options))
    },
    close: async () => undefined,
  }
}
function taskFile(file: StoredFile): TaskFile {
  const { contentType, sizeBytes, filename } = file.asset
  const read = async (start: number, end: number) => {
    const to = Math.min(end, sizeBytes)
    const parts: Uint8Array[] = []
    if (to > start) for await (const part of await file.open({ start, end: to - 1 })) parts.push(part)
    return new Uint8Array(Buffer.concat(parts))
  }
  return {
    contentType,
    sizeBytes,
    filename,
    read,
    stream: async function* (start = 0) {
      yield* await file.open({ start })
    },
  }
}
