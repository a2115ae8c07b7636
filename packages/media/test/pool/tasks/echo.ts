import type { Task } from '../../../src/lib/pool/task.ts'

/** Says which process it is, and gives its options back; with `read`, once it has read of the file. */
const echo: Task<{ read?: boolean }, { pid: number; options: object; file: object }> = async (file, options) => {
  if (options.read) await file.read(0, 1)
  const { contentType, sizeBytes, filename } = file
  return { pid: process.pid, options, file: { contentType, sizeBytes, filename } }
}
export default echo
