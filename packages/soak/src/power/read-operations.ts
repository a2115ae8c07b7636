import { inOrderOfEffect } from './effects.ts'
import { FileTable } from './file-table.ts'
import type { Operation } from './operations.ts'
import { argumentsOf, type SystemCall } from './system-calls.ts'

/** What a process did to the files below one folder, and what it wrote to its standard output. */
export function operationsOf(calls: readonly SystemCall[], base: string): readonly Operation[] {
  const table = new FileTable(base)
  const operations: Operation[] = []
  for (const call of inOrderOfEffect(calls, table)) operations.push(...operationOf(table, call))
  return operations
}

function operationOf(table: FileTable, call: SystemCall): readonly Operation[] {
  const args = argumentsOf(call)
  const { start, end, result, name } = call
  const time = { start, end }
  const text = (index: number): string => String(args[index])
  const named = (...changes: ReturnType<FileTable['link']>): Operation[] =>
    changes.length > 0 ? [{ ...time, does: 'name', changes }] : []
  switch (name) {
    case 'openat':
      return named(...table.open(text(1), text(2), result))
    case 'close':
      table.close(Number(args[0]))
      return []
    case 'write':
    case 'pwrite64':
    case 'writev':
    case 'pwritev':
      return written(table, call, args)
    case 'fsync':
    case 'fdatasync': {
      const inode = table.inodeOf(Number(args[0]))
      return inode ? [{ ...time, does: 'sync', inode }] : []
    }
    case 'ftruncate': {
      const inode = table.inodeOf(Number(args[0]))
      return inode ? [{ ...time, does: 'truncate', inode, sizeBytes: Number(args[1]) }] : []
    }
    case 'utimensat': {
      const inode = table.inodeOf(Number(args[0]))
      return inode ? [{ ...time, does: 'time', inode, seconds: modificationTime(call.args) }] : []
    }
    case 'mkdir':
      return named(...table.make(text(0)))
    case 'link':
      return named(...table.link(text(0), text(1)))
    case 'rename':
      return named(...table.rename(text(0), text(1)))
    case 'unlink':
    case 'rmdir':
      return named(...table.remove(text(0)))
    default:
      throw new Error(`The log has a call that is not understood: ${name}(${call.args.slice(0, 200)}`)
  }
}

function written(table: FileTable, call: SystemCall, args: readonly (Buffer | string)[]): readonly Operation[] {
  const { start, end, result, name } = call
  const descriptor = Number(args[0])
  const bytes = Buffer.concat(args.filter(arg => typeof arg !== 'string')).subarray(0, result)
  if (descriptor === 1) return [{ start, end, does: 'mark', text: bytes.toString() }]
  const inode = table.inodeOf(descriptor)
  if (!inode) return []
  const offset = name.startsWith('p') ? Number(args.at(-1)) : table.advance(descriptor, result)
  return [{ start, end, does: 'write', inode, offset, bytes }]
}

function modificationTime(args: string): number {
  const [, seconds = '0', nanoseconds = '0'] = /tv_sec=(\d+)[^}]*?tv_nsec=(\d+)[^{]*$/.exec(args) ?? []
  return Number(seconds) + Number(nanoseconds) / 1e9
}
