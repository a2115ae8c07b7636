import type { Task } from '../../../src/lib/pool/task.ts'

/** Says which process it is, and gives its options back. */
const echo: Task<object, { pid: number; options: object; file: object }> = async (
  { contentType, sizeBytes, filename },
  options,
) => ({
  pid: process.pid,
  options,
  file: { contentType, sizeBytes, filename },
})

export default echo
