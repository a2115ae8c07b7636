import type { Task } from '../../../src/lib/pool/task.ts'

const kept: Buffer[] = []

/** Leaves memory behind that it never gives back. */
const keeps: Task<{ MiB: number }, { pid: number }> = async (_file, { MiB }) => {
  kept.push(Buffer.alloc(MiB * 1024 * 1024, 1))
  return { pid: process.pid }
}
export default keeps
