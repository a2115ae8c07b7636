import type { Task } from '../../../src/lib/pool/task.ts'

/** Reads the file at once, or as a stream; says what it took inside. */
const read: Task<{ whole: boolean }, { bytes: number; ms: number }> = async (file, { whole }) => {
  const begun = performance.now()
  let bytes = 0
  if (whole) bytes = (await file.read(0, file.sizeBytes)).length
  else for await (const chunk of file.stream()) bytes += chunk.length
  return { bytes, ms: performance.now() - begun }
}

export default read
