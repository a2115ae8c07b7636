import type { Operation } from './operations.ts'

const MOST_LINES = 60

/** What was done to the names that some faults speak of, and to the folders that held them: recordings can't be made again. */
export function historyOf(operations: readonly Operation[], faults: readonly string[]): string {
  const said = faults.join('\n')
  const names = operations.filter(
    operation => operation.does === 'name' && operation.changes.some(({ name }) => name.length > 8 && said.includes(name)),
  )
  const touched = new Set(names.flatMap(inodesOf))
  const lines = operations
    .filter(operation => names.includes(operation) || (operation.does === 'sync' && touched.has(operation.inode.number)))
    .map(operation => `  ${operation.start}-${operation.end} ${wordsOf(operation)}`)
  return lines.slice(0, MOST_LINES).join('\n')
}

function inodesOf(operation: Operation): number[] {
  if (operation.does !== 'name') return []
  return operation.changes.flatMap(({ folder, inode }) => (inode ? [folder.number, inode.number] : [folder.number]))
}

function wordsOf(operation: Operation): string {
  if (operation.does === 'sync') return `sync of ${operation.inode.number}`
  if (operation.does !== 'name') return operation.does
  return operation.changes
    .map(({ folder, name, inode }) => `${name} in ${folder.number} ${inode ? `is ${inode.number}` : 'is removed'}`)
    .join(', ')
}
