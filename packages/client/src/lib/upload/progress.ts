import type { UploadProgress } from '../inputs.ts'

export function progressOf(loaded: number, total: number | null): UploadProgress {
  return { loaded, total, fraction: total === null ? null : total === 0 ? 1 : loaded / total }
}
