import type { FileTable } from './file-table.ts'
import { argumentsOf, type SystemCall } from './system-calls.ts'

/** That something has a name, or that nothing has. */
interface Fact {
  readonly path: string
  readonly isThere: boolean
}

/**
 * Puts calls in the order in which they took effect. A call that the log has in two parts may have had its effect long before its end; what
 * another call saw meanwhile tells: a name that it missed was removed by then, and one that it met was given.
 */
export function* inOrderOfEffect(calls: readonly SystemCall[], table: FileTable): Generator<SystemCall> {
  const taken = new Set<SystemCall>()
  for (const [index, call] of calls.entries()) {
    if (taken.has(call)) continue
    const seen = seenBy(call)
    if (seen && table.nameOf(seen.path) !== null && table.has(seen.path) !== seen.isThere) {
      const cause = calls
        .slice(index + 1)
        .find(later => later.start < call.end && !taken.has(later) && causes(later, seen, table))
      if (cause) {
        taken.add(cause)
        yield { ...cause, end: call.end }
      }
    }
    if (call.error === null) yield call
  }
}

/** What was so when a call took place; null where its result does not tell. */
function seenBy(call: SystemCall): Fact | null {
  const { name, error } = call
  const [first, second, third] = pathsOf(call)
  const missed = error === 'ENOENT' ? false : null
  const met = error === 'EEXIST' ? true : null
  const found = error === null ? true : null
  switch (name) {
    case 'unlink':
    case 'rmdir':
      return fact(first, missed ?? found)
    case 'mkdir':
      return fact(first, met)
    case 'link':
      return fact(met ? second : first, met ?? found)
    case 'rename':
      return fact(first, found)
    case 'openat':
      return fact(second, missed ?? met ?? (third?.includes('O_CREAT') ? null : found))
    default:
      return null
  }
}

function causes(call: SystemCall, { path, isThere }: Fact, table: FileTable): boolean {
  if (call.error !== null) return false
  const [first, second, third] = pathsOf(call)
  const is = (other: string | undefined): boolean => other !== undefined && table.nameOf(other) === table.nameOf(path)
  switch (call.name) {
    case 'unlink':
    case 'rmdir':
      return !isThere && is(first)
    case 'mkdir':
      return isThere && is(first)
    case 'link':
      return isThere && is(second)
    case 'rename':
      return is(isThere ? second : first)
    case 'openat':
      return isThere && third?.includes('O_CREAT') === true && is(second)
    default:
      return false
  }
}

const NAMING = new Set(['unlink', 'rmdir', 'mkdir', 'link', 'rename', 'openat'])

/** Arguments as text; none of calls that don't deal with names: they carry a file's bytes. */
const pathsOf = (call: SystemCall): readonly string[] => (NAMING.has(call.name) ? argumentsOf(call).map(String) : [])

const fact = (path: string | undefined, isThere: boolean | null): Fact | null =>
  path === undefined || isThere === null ? null : { path, isThere }
