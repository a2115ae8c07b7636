import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from './exit-codes.ts'

/** The path behind the prefix, in the folder; also of `fs:///a/b`. Null for another prefix. */
export function pathIn(text: string, prefix: string, folder: string): string | null {
  if (!text.startsWith(prefix)) return null
  const rest = text.slice(prefix.length)
  if (rest === '') throw new UsageError(`${text} names no path.`)
  return rest.startsWith('//') ? fileURLToPath(`file:${rest}`) : resolve(folder, rest)
}
